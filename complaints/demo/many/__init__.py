"""Many invented cases with their history, for trying the product out at size (`manage.py make_cases`).

`spread` says when each came in, `plots` what became of it, `teller` and its like write down in memory what the actions
would have written, `finish` works out what is derived by the actions' own functions, `rows` saves it all in bulk.
"""
