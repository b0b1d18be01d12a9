"""What datasets are called after their files."""

import pytest

from daytwo.executor.catalog.naming import PERSONAL, free_dataset_name, name_of, table_names


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("orders.csv", "orders"),
        ("orders.csv.gz", "orders"),
        ("Orders 2024.XLSX", "orders_2024"),
        ("v0.7.1.parquet", "v0_7_1"),
        ("v0.7.1.all-named-index.parquet", "v0_7_1_all_named_index"),
        ("runtime-32.cyclonedx.json", "runtime_32_cyclonedx"),
        ("readings.2024", "readings_2024"),
        (".csv", "csv"),
        ("...", "data"),
        ("orders", "orders"),
    ],
)
def test_a_dataset_is_called_after_its_file_without_the_format(tmp_path, file, name):
    assert name_of([tmp_path / file], {}, PERSONAL) == name


def test_a_folder_gives_its_whole_name(tmp_path):
    folder = tmp_path / "year.2024"
    folder.mkdir()
    assert name_of([folder], {}, PERSONAL) == "year_2024"


def test_names_that_are_taken_are_numbered(tmp_path):
    files = [tmp_path / "a.csv", tmp_path / "a.json"]
    assert table_names(files, PERSONAL) == ("a", "a_2")
    assert table_names(files, "team") == ("t1", "t2")
    assert free_dataset_name("a", ("/new/a.csv",), {"a": ("/old/a.csv",)}) == "a_2"
    assert free_dataset_name("a", ("/old/a.csv",), {"a": ("/old/a.csv",)}) == "a"
