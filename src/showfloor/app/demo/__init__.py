"""The demo: two brands, a host, a camera, a brand's website. It uses the same API as a person; nothing in it is faked."""

from showfloor.app.demo.brand_site import brand_site
from showfloor.app.demo.camera import camera
from showfloor.app.demo.run import run

__all__ = ["brand_site", "camera", "run"]
