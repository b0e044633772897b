"""What a partner takes out, as files: the columns said once, and a small writer for each kind of file. Pure but for the
files it is told to write.
"""
