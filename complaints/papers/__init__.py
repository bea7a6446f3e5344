"""What a case is answered with: a draft's text, an uploaded file, and how each is kept and handed out.

Nothing here knows a model or a setting: text, bytes and a folder come in as arguments.
"""
