"""A roster for those who work it: tables, calendars, a page to print, and the folder of them."""

from api.publishing.folder import publish

__all__ = ["publish"]
