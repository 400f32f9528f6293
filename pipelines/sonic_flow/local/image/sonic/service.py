"""`python -m sonic.service`: the stand-in under the name that SERVICE.md asks for."""

from sonic_flow.local import VERSION, service, web

if __name__ == "__main__":
    web.serve("/v1/generate", service.generate, f"sonic.service {VERSION}")
