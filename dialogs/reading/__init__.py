"""From authors' files to forms: workbooks, XForm XML, catalogs."""
