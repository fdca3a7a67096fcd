"""Drop-downs, notes, colours and formats for the sheets of a rulebook; never a cell's content.

`sheet_marks` says what a sheet gets, `choices` and `help_texts` what its drop-downs and notes say.
`worksheet` and `lists_sheet` put that on a worksheet, `losses` and `saved_parts` see to it that nothing else
changes, `rulebook_files` goes through a folder.
"""
