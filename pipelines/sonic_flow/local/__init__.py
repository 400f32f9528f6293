"""What stands in for Sonic's networks and its cluster when the pipeline runs on a laptop.

Nothing here is Sonic: the face is animated by warping the portrait, and measured by classical means, and by networks
where their weights are given. `docs/sonic.md` says which part stands for which. `pip install 'flowdsl[sonic]'` brings
what these modules need, `sonic-nets` what the networks need.
"""
