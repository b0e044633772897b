"""Paper: the report as files, for who reads it on a screen, prints it, changes it or counts it anew."""
