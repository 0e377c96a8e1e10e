"""Runs moto's tests of STS against `countersign sts`: `python integrations/moto/run.py PROGRAM`.

moto and its tests come from its source package, by pip, into `target/moto`. Nothing of it is kept in the repository.
"""

import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VERSION = "5.2.5"
PACKAGES = [f"moto=={VERSION}", "boto3==1.44.5", "botocore==1.44.5", "pytest==9.2.0", "freezegun==1.5.5"]
# The others run moto's own backend in their process, and no server.
TESTS = ["test_sts/test_sts.py", "test_sts/test_sts_integration.py"]
NEEDED = ["__init__.py", "conftest.py", "markers.py", "test_sts"]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = str(Path(sys.argv[1]).resolve())
    folder = HERE.parents[1] / "target/moto"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    source = folder / f"moto-{VERSION}"
    if not source.exists():
        print(f"installing moto {VERSION} into {folder}", file=sys.stderr)
        venv.create(folder, clear=True, with_pip=True)
        pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", *PACKAGES], check=True)
        subprocess.run([*pip, "download", "--no-deps", "--no-binary", "moto", f"moto=={VERSION}"], cwd=folder, check=True)
        with tarfile.open(folder / f"moto-{VERSION}.tar.gz") as archive:
            wanted = tuple(f"moto-{VERSION}/tests/{name}" for name in NEEDED)
            members = [member for member in archive.getmembers() if member.name.startswith(wanted)]
            archive.extractall(folder, members, filter="data")
    paths = os.pathsep.join(map(str, [HERE, HERE.parent / "pytest", source]))
    variables = os.environ | {"COUNTERSIGN": program, "PYTHONPATH": paths}
    options = ["-p", "countersign_moto", "-p", "no:cacheprovider", "--quiet", "-rxX"]
    tests = [f"tests/{name}" for name in TESTS]
    return subprocess.run([python, "-m", "pytest", *options, *tests], cwd=source, env=variables).returncode


if __name__ == "__main__":
    sys.exit(main())
