"""Sign-in by ProConnect (OpenID Connect): an optional way in for people who have an account already.

`provider` asks and checks, `attempts` remembers what was asked, `views` lets in or says why not.
Why not allauth's own provider: docs/adr/0010-proconnect.md.
"""
