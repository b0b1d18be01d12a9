import configparser
import csv
import io
import json
import tomllib
import xml.etree.ElementTree as ET

rows = list(csv.DictReader(io.StringIO("a;b\n1;2\n"), delimiter=";"))
assert rows == [{"a": "1", "b": "2"}]
assert json.loads(json.dumps({"ä": [1, None, True]})) == {"ä": [1, None, True]}
assert ET.fromstring("<a><b c='1'/></a>").find("b").get("c") == "1"
assert tomllib.loads("a = 1")["a"] == 1
config = configparser.ConfigParser()
config.read_string("[s]\nk = v")
assert config["s"]["k"] == "v"
