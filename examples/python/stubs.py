"""Generates the modules of tollgate.v1 when they are needed.

A project of your own would make them once, at build time, and import them like any module.
"""

import atexit
import sys
import tempfile
from pathlib import Path

import grpc_tools
from grpc_tools import protoc

PROTO = Path(__file__).resolve().parents[2] / "proto"


def make_stubs() -> None:
    """Generates the modules into a folder that can be imported from, and that is removed when the program ends."""
    folder = tempfile.TemporaryDirectory(prefix="tollgate-stubs-")
    atexit.register(folder.cleanup)
    well_known_types = Path(grpc_tools.__file__).parent / "_proto"
    options = [f"-I{PROTO}", f"-I{well_known_types}", f"--python_out={folder.name}", f"--grpc_python_out={folder.name}"]
    if protoc.main(["protoc", *options, *map(str, PROTO.glob("tollgate/v1/*.proto"))]) != 0:
        sys.exit("the stubs could not be made")
    sys.path.insert(0, folder.name)
