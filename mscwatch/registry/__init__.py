"""The registry's side: HTTP manners (`client`), a proven reading (`sweep`), and a registry to try things on."""
