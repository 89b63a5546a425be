"""The review's figures as they stand: a marimo notebook on the published warehouse.

`marimo edit warehouse/notebooks/review_figures.py` opens it, `marimo run` shows it without its code, and
`marimo export html` writes a page. MSCWATCH_DATA_DIR says which warehouse. It needs the extra mscwatch[notebook].
"""

import marimo

app = marimo.App(width="medium", app_title="The review's figures as they stand")


@app.cell
def _():
    import altair as alt
    import marimo as mo

    import mscwatch

    facts = dict(mscwatch.frame("SELECT key, value FROM meta").itertuples(index=False))
    figures = mscwatch.frame("SELECT * FROM figures ORDER BY ALL")
    claims = mscwatch.frame(
        "SELECT claim_id, claim, stated, recomputed, verdict, reason, scope, as_of FROM review_claims ORDER BY ALL"
    )
    return alt, claims, facts, figures, mo


@app.cell
def _(facts, mo):
    mo.md(
        f"""
        # The review's figures as they stand

        {facts.get("banner", "")} Data of {facts["data_timestamp"]} (UTC), watch `{facts["watch"]}`.
        *Published*: the review's Table 2; *living*: Table 2 with the rows that people confirmed since; *at review*:
        registered trials on its date; *today*: registered trials now.

        {facts.get("attribution", "")}
        """
    )


@app.cell
def _(alt, figures, mo):
    titles = {
        "1": "Figure 1: completed MSC trials by area of disease",
        "2a": "Figure 2a: published and completed trials by disease",
        "2b": "Figure 2b: trials of any status by disease",
        "3a": "Figure 3a: sources of the cells",
        "3b": "Figure 3b: routes",
    }
    scopes = ["published", "living", "at_review", "today"]
    charts = {
        figure: alt.Chart(figures[figures["figure"] == figure], title=title)
        .mark_bar()
        .encode(
            x=alt.X("trials:Q", title="trials"),
            y=alt.Y("category:N", sort="-x", title=None),
            row=alt.Row("scope:N", sort=scopes, title=None),
            tooltip=["scope", "category", "trials", "of_trials", "known"],
        )
        for figure, title in titles.items()
    }
    mo.vstack(list(charts.values()))
    return (charts,)


@app.cell
def _(claims, mo):
    mo.vstack([mo.md("## Each number of the review, recomputed"), mo.ui.table(claims, selection=None)])


if __name__ == "__main__":
    app.run()
