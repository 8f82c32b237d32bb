"""A roster for those who work it: calendars, a page to print, and the folder that holds both."""
