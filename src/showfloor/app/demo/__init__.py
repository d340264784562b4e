"""The demo: two brands, a host, a camera, a brand's website. It uses the same API as a person;
nothing in it is faked.
"""
