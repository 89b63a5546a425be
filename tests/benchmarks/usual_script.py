"""What people write today: read every page, flatten with pandas, put it into DuckDB. The yardstick, not part of us."""

import sys

import duckdb
import pandas as pd
import requests


def pages(url):
    parameters = {"format": "json", "pageSize": 1000, "countTotal": "true"}
    while True:
        answer = requests.get(f"{url}/studies", params=parameters, timeout=300).json()
        yield answer["studies"]
        if "nextPageToken" not in answer:
            return
        parameters = {"format": "json", "pageSize": 1000, "pageToken": answer["nextPageToken"]}


def main(url, path):
    studies = [study for page in pages(url) for study in page]
    frame = pd.json_normalize(studies)
    for column in frame.columns:
        if frame[column].dtype == object or str(frame[column].dtype) == "str":
            frame[column] = frame[column].map(
                lambda value: str(value) if isinstance(value, (list, dict)) else value
            )
    frame.columns = [column.replace(".", "_") for column in frame.columns]
    con = duckdb.connect(path)
    con.register("frame", frame)
    con.execute("CREATE OR REPLACE TABLE studies AS SELECT * FROM frame")
    con.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
