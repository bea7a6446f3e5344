"""The read side: what pages show, worked out of rows and of answers from `slas.service`."""
