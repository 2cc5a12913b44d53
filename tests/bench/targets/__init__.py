"""The servers that ours is held against, each as small as it can be."""
