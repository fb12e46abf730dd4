"""Which files a run reads."""

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lobegen.read.discovery import SourceTree

Files = Callable[..., list[str]]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository, which is the current folder."""
    repository = tmp_path / "repo"
    (repository / ".git" / "info").mkdir(parents=True)
    monkeypatch.chdir(repository)
    return repository


@pytest.fixture
def files(tree: Path) -> Files:
    """Write empty files, then say which of them a run over the repository takes."""

    def taken(*names: str, paths: tuple[str, ...] = (".",), **options: object) -> list[str]:
        for name in names:
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).touch()
        named = [Path(os.path.abspath(path)) for path in paths]
        found = SourceTree(tree, named, **options).files()  # type: ignore[arg-type]
        return [os.path.relpath(path, tree) for path in found]

    return taken


def ignoring(path: Path, *patterns: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(patterns) + "\n")


def test_only_python_typescript_and_javascript_are_taken(files: Files) -> None:
    assert files("a.py", "b.tsx", "c.mts", "d.jsx", "e.cjs", "f.json", "g.rs", "h.md") == [
        "a.py", "b.tsx", "c.mts", "d.jsx", "e.cjs",
    ]  # fmt: skip


def test_installed_and_generated_code_is_left_out(files: Files) -> None:
    left_out = ["node_modules/x/a.ts", ".venv/b.py", "dist/c.js", "build/d.js", ".next/e.js", "a/generated/f.ts"]
    assert files("src/a.ts", "types.d.ts", "lib.min.js", *left_out) == ["src/a.ts"]


def test_an_exclude_can_take_back_a_default(files: Files) -> None:
    assert files("dist/a.js", "build/b.js", excludes=("!dist",)) == ["dist/a.js"]


def test_tests_are_left_out(files: Files) -> None:
    tests = ["a.test.ts", "b.spec.tsx", "__tests__/c.ts", "tests/d.py", "test_e.py", "src/f_test.py"]
    assert files("latest.ts", "contest.py", *tests) == ["contest.py", "latest.ts"]


def test_tests_are_taken_when_asked_for(files: Files) -> None:
    assert files("tests/d.py", "a.test.ts", include_tests=True) == ["a.test.ts", "tests/d.py"]


def test_a_folder_of_tests_that_is_named_is_taken(files: Files) -> None:
    assert files("tests/unit/test_d.py", "src/a.ts", paths=("tests/unit",)) == ["tests/unit/test_d.py"]


def test_gitignore_is_read_in_every_folder_and_the_deepest_decides(tree: Path, files: Files) -> None:
    ignoring(tree / ".gitignore", "*.gen.py", "/out", "!keep.gen.py")
    ignoring(tree / "a" / ".gitignore", "!x.py", "y.py")
    taken = files("x.gen.py", "keep.gen.py", "out/a.py", "a/out/b.py", "a/x.py", "a/y.py", "y.py")
    assert taken == ["a/out/b.py", "a/x.py", "keep.gen.py", "y.py"]


def test_nothing_below_an_ignored_folder_can_be_taken_back(tree: Path, files: Files) -> None:
    ignoring(tree / ".gitignore", "hidden/", "!hidden/a.py")
    assert files("hidden/a.py", "b.py") == ["b.py"]


def test_patterns_with_a_slash_hold_from_their_own_folder(tree: Path, files: Files) -> None:
    ignoring(tree / "a" / ".gitignore", "b/c.py", "**/deep/*.py", "sub/**/last.py")
    taken = files("a/b/c.py", "b/c.py", "a/x/deep/d.py", "a/sub/y/z/last.py", "a/sub/last.ts")
    assert taken == ["a/sub/last.ts", "b/c.py"]


def test_git_info_exclude_holds(tree: Path, files: Files) -> None:
    ignoring(tree / ".git" / "info" / "exclude", "mine/")
    assert files("mine/a.py", "b.py") == ["b.py"]


def test_the_ignore_files_above_the_folder_hold(tree: Path, files: Files) -> None:
    ignoring(tree / ".gitignore", "*.gen.ts", "/a/b/no.ts")
    assert files("a/b/yes.ts", "a/b/no.ts", "a/b/x.gen.ts", paths=("a/b",)) == ["a/b/yes.ts"]


def test_a_nested_repository_has_its_own_rules(tree: Path, files: Files) -> None:
    ignoring(tree / ".gitignore", "secret.py")
    (tree / "module" / ".git").mkdir(parents=True)
    assert files("secret.py", "module/secret.py") == ["module/secret.py"]


def tracked(tree: Path) -> list[str]:
    """What git does not ignore."""
    command = ["git", "-c", "core.quotepath=off", "ls-files", "-co", "--exclude-standard", "*.py", "*.ts"]
    done = subprocess.run(command, cwd=tree, check=True, capture_output=True, text=True)
    return sorted(done.stdout.split())


@pytest.fixture
def real(tree: Path) -> Path:
    """A repository that git made."""
    shutil.rmtree(tree / ".git")
    subprocess.run(["git", "init", "-q"], cwd=tree, check=True)
    return tree


def test_what_git_tracks_is_what_is_taken(real: Path, files: Files) -> None:
    ignoring(real / ".gitignore", "a*.py", "!ab.py", "[xy].ts", "\\!odd.py", "d/*/e.py", "# no.py", "trail.py ", "**/q")
    names = ["a.py", "ab.py", "x.ts", "z.ts", "!odd.py", "d/1/e.py", "d/1/2/e.py", "no.py", "trail.py", "w/q/r.py"]
    assert files(*names) == tracked(real)


@pytest.mark.parametrize("seed", range(4))
def test_what_git_tracks_is_what_is_taken_under_random_patterns(real: Path, files: Files, seed: int) -> None:
    source = random.Random(seed)
    parts = ["a", "b", "c.py", "x.ts", "*", "*.py", "a*", "*b", "**", "?", "[ab]"]

    def pattern() -> str:
        words = [source.choice(parts) for _ in range(source.randint(1, 3))]
        return source.choice(["", "", "!", "/", "!/"]) + "/".join(words) + source.choice(["", "", "/"])

    ignoring(real / ".gitignore", *(pattern() for _ in range(6)))
    ignoring(real / "a" / ".gitignore", *(pattern() for _ in range(3)))
    folders = ["", "a/", "b/", "ab/", "a/b/", "b/a/", "b/a/b/", "a/ab/"]
    assert files(*(f"{folder}{name}" for folder in folders for name in ("c.py", "x.ts", "ab.py"))) == tracked(real)


def test_a_named_file_is_taken_although_ignored(tree: Path, files: Files) -> None:
    ignoring(tree / ".gitignore", "a.py")
    assert files("a.py", "dist/b.test.js", paths=("a.py", "dist/b.test.js")) == ["a.py", "dist/b.test.js"]


@pytest.mark.parametrize("name", ["a.py", "dist/b.js", "c/d.py", "e.test.ts", "f.ts"])
def test_force_exclude_holds_named_files_to_the_rules(tree: Path, files: Files, name: str) -> None:
    ignoring(tree / ".gitignore", "a.py", "c/")
    assert files(name, paths=(name,), force_exclude=True, excludes=("f.ts",)) == []


def test_an_ignored_folder_that_is_named_is_walked(tree: Path, files: Files) -> None:
    ignoring(tree / ".gitignore", "out/")
    assert files("out/a.py", paths=("out",)) == ["out/a.py"]


def test_links_make_no_loop_and_no_double(tree: Path, files: Files) -> None:
    (tree / "a").mkdir()
    (tree / "a" / "loop").symlink_to(tree)
    (tree / "a" / "self.py").symlink_to("self.py")
    (tree / "a" / "gone.py").symlink_to("nowhere.py")
    (tree / "a" / "other.py").symlink_to(tree / "z.py")
    (tree / "0.py").symlink_to(tree / "z.py")
    assert files("z.py") == ["z.py"]


def test_a_link_to_a_file_elsewhere_is_taken_once(tree: Path, files: Files, tmp_path: Path) -> None:
    (tmp_path / "outside.py").touch()
    for name in ("one.py", "two.py"):
        (tree / name).symlink_to(tmp_path / "outside.py")
    assert files() == ["one.py"]


def test_a_pipe_with_a_source_name_is_no_source(tree: Path, files: Files) -> None:
    os.mkfifo(tree / "pipe.py")
    assert files("a.py") == ["a.py"]


def test_a_worktree_is_held_to_the_excludes_of_its_repository(tree: Path, tmp_path: Path) -> None:
    ignoring(tree / ".git" / "info" / "exclude", "mine.py")
    linked = tree / ".git" / "worktrees" / "w"
    linked.mkdir(parents=True)
    (linked / "commondir").write_text("../..\n")
    worktree = tmp_path / "worktree"
    worktree.mkdir()
    (worktree / ".git").write_text(f"gitdir: {linked}\n")
    for name in ("mine.py", "b.py"):
        (worktree / name).touch()
    assert [Path(path).name for path in SourceTree(worktree, [worktree]).files()] == ["b.py"]


def test_needles_choose_files(tree: Path) -> None:
    (tree / "a.py").write_text("import upstash_workflow")
    (tree / "b.ts").write_text("from '@upstash/workflow'")
    (tree / "c.py").write_text("nothing")
    found = SourceTree(tree, [tree]).containing(b"@upstash/", b"upstash_workflow")
    assert [file.display for file in found] == ["a.py", "b.ts"]


def test_kept_files_are_remembered_in_the_same_pass(tree: Path) -> None:
    (tree / "a.py").write_text("# lobegen: allow x (y)")
    sources = SourceTree(tree, [tree], keep=(b"lobegen:",))
    assert list(sources.containing(b"needle")) == []
    assert [file.display for file in sources.kept.values()] == ["a.py"]


def test_an_overlay_stands_in_for_the_disk(tree: Path) -> None:
    (tree / "a.py").write_text("old needle")
    sources = SourceTree(tree, [tree, tree / "new.py"], overlay={tree / "a.py": b"", tree / "new.py": b"a needle"})
    assert [file.display for file in sources.containing(b"needle")] == ["new.py"]
    assert sources.read(tree / "a.py") == b""


def test_a_file_that_cannot_be_read_is_one_problem(tree: Path) -> None:
    (tree / "a.py").symlink_to("/proc/self/mem")
    sources = SourceTree(tree, [tree])
    assert list(sources.containing(b"x")) == []
    assert sources.problems == ["a.py: cannot be read: Input/output error"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [(b"caf\xc3\xa9.py", "café.py"), (b"bad\xff.py", "bad\\xff.py"), (b"two\nlines.py", "two\\nlines.py")],
)
def test_any_name_can_be_shown_and_found_again(tree: Path, name: bytes, shown: str) -> None:
    path = Path(os.fsdecode(name)).absolute()
    path.touch()
    sources = SourceTree(tree, [tree])
    assert [file.display for file in sources.containing()] == [shown]
    assert sources.path_of(shown) == str(path)
