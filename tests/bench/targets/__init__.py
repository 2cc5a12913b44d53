"""The servers that the site is compared with, each as small as possible."""
