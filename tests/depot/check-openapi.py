#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds data/api/openapi.yaml and the depot to each other: routes and problem types are the same on both sides, and
real answers (from print-samples) are as their schemas say, with no member that the file does not know."""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile

try:
    import yaml
except ImportError:
    sys.exit(77)

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}


class Contract:
    def __init__(self, document):
        self.document = document
        self.schemas = document["components"]["schemas"]

    def resolve(self, reference):
        node = self.document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        return node

    def check_references(self, node):
        if isinstance(node, dict):
            if "$ref" in node:
                self.resolve(node["$ref"])
            for value in node.values():
                self.check_references(value)
        elif isinstance(node, list):
            for value in node:
                self.check_references(value)

    def check(self, schema, value, where):
        """Asserts that @value is as @schema says, as far as this file's schemas go."""
        if "$ref" in schema:
            self.check(self.resolve(schema["$ref"]), value, where)
        if "oneOf" in schema:
            fitting = [one for one in schema["oneOf"] if self.fits(one, value)]
            assert len(fitting) == 1, f"{where}: fits {len(fitting)} of its schemas"
        if "type" in schema:
            names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            right = any(isinstance(value, TYPES[name]) and (name == "boolean") == isinstance(value, bool)
                        for name in names)
            assert right, f"{where}: {value!r} is no {names}"
        assert "enum" not in schema or value in schema["enum"], f"{where}: {value!r}"
        assert "const" not in schema or value == schema["const"], f"{where}: {value!r}"
        assert value is None or "pattern" not in schema or re.search(schema["pattern"], value), f"{where}: {value!r}"
        assert value is None or "minimum" not in schema or value >= schema["minimum"], f"{where}: {value!r}"
        if isinstance(value, dict) and "properties" in schema:
            missing = set(schema.get("required", [])) - set(value)
            unknown = set(value) - set(schema["properties"])
            assert not missing and not unknown, f"{where}: missing {missing}, unknown {unknown}"
            for name, member in value.items():
                self.check(schema["properties"][name], member, f"{where}.{name}")
        if isinstance(value, list) and "items" in schema:
            assert len(value) >= schema.get("minItems", 0), where
            for i, member in enumerate(value):
                self.check(schema["items"], member, f"{where}[{i}]")

    def fits(self, schema, value):
        try:
            self.check(schema, value, "")
        except AssertionError:
            return False
        return True


def load(path):
    with open(path, encoding="utf-8") as file:
        return Contract(yaml.safe_load(file))


def read_payload(jws):
    payload = jws.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def check_routes(contract, samples):
    described = {(method.upper(), path): operation for path, item in contract.document["paths"].items()
                 for method, operation in item.items()}
    served = {(route["method"], route["path"]): route for route in samples["routes"]}
    assert set(described) == set(served), f"only in one of both: {set(described) ^ set(served)}"
    for key, operation in described.items():
        responses = operation["responses"]
        assert any(code.startswith("2") for code in responses) and "default" in responses, key
        assert ("security" not in operation) == served[key]["needs_token"], key
        assert not served[key]["needs_token"] or "401" in responses, key
        for code, response in responses.items():
            for content in response.get("content", {}).values():
                if isinstance(content.get("example"), dict):
                    members = contract.resolve(content["schema"]["$ref"])["properties"]
                    assert set(content["example"]) <= set(members), f"{key} {code}"

    types = contract.schemas["Problem"]["properties"]["type"]["enum"]
    assert set(types) == set(samples["problems"]), set(types) ^ set(samples["problems"])
    examples = contract.document["components"]["responses"]["Problem"]["content"]["application/problem+json"]["examples"]
    for name, example in examples.items():
        contract.check(contract.schemas["Problem"], example["value"], f"example {name}")


def check_samples(contract, samples):
    for name in ("Health", "Problem", "Enrolment", "Token", "Acknowledgement", "Rescue", "FeedItem"):
        assert samples[name], name
        for i, sample in enumerate(samples[name]):
            contract.check(contract.schemas[name], sample, f"{name}[{i}]")

    seen = set()
    for item in samples["FeedItem"]:
        seen.add(item["type"])
        name = "".join(part.capitalize() for part in re.split("[.-]", item["type"]))
        contract.check(contract.schemas[name], item["data"], f"{name} {item['cursor']}")
        if item["type"] == "statement":
            contract.check(contract.schemas["StatementPayload"], read_payload(item["data"]["jws"]), "statement")
    assert seen == {"settings", "operators", "stop", "payment", "statement", "fork", "entry", "depot-key"}, seen


def main():
    path, program = sys.argv[1:]
    contract = load(path)
    with tempfile.TemporaryDirectory() as directory:
        environment = dict(os.environ, XDG_DATA_HOME=directory)
        output = subprocess.run([program], check=True, capture_output=True, env=environment).stdout
    samples = json.loads(output)
    contract.check_references(contract.document)
    check_routes(contract, samples)
    check_samples(contract, samples)


if __name__ == "__main__":
    main()
