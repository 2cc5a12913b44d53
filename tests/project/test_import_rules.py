"""The import rules in pyproject.toml cover every package."""

import tomllib

from tests.support.packages import PACKAGES, ROOT


def test_each_package_has_its_layer():
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    [layers] = [contract["layers"] for contract in rules["contracts"] if contract["type"] == "layers"]
    assert sorted(rules["root_packages"]) == sorted(" | ".join(layers).split(" | ")) == [*PACKAGES]
