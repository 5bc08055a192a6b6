#!/usr/bin/python3
"""Debian's wapiti 3.0.4 under Python 3.11: its translation of wildcards puts regular expression flags at the end, which Python no longer takes."""
import fnmatch
import re
import sys

from wapitiCore.main.wapiti import wapiti_main
from wapitiCore.net import crawler

crawler.wildcard_translate = lambda pattern: re.compile(fnmatch.translate(pattern))
sys.argv[0] = "wapiti"
wapiti_main()
