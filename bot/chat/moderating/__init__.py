"""The review in the chat: what moderators type and tap, and the one card they see.

`front` takes each command, tap and word to the feature it is for; a feature is a module with `COMMANDS`, `VERBS` and
`WORDS`. `card` alone says what a card shows.
"""
