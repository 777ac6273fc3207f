using Weft.Training;

namespace Weft.Interchange;

/// <summary>A custom chart of W&amp;B and the table it is drawn from.</summary>
/// <param name="Fields">The chart's own names of the columns.</param>
internal sealed record WandbChart(
    string Key, string Definition, string Title, (string Field, string Column)[] Fields, string[] Columns, IReadOnlyList<object?[]> Rows)
{
    private const int ManyClasses = 100;

    public string TableKey => Key + "_table";

    /// <summary>What the run's configuration says of the chart.</summary>
    public Dictionary<string, object?> Panel() => WandbItems.Object(
        ("panel_type", "Vega2"),
        ("panel_config", WandbItems.Object(
            ("panelDefId", Definition),
            ("fieldSettings", WandbItems.Object([.. Fields.Select(field => (field.Field, (object?)field.Column))])),
            ("stringSettings", WandbItems.Object(("title", Title))),
            ("transform", WandbItems.Object(("name", "tableWithLeafColNames"))),
            ("userQuery", WandbItems.Object(("queryFields", new object[] { RunSets() }))))));

    public string Table() => WandbJson.Write(WandbItems.Object(("columns", Columns), ("data", Rows)));

    /// <summary>How often samples of each class were taken for each; of many classes only what occurred.</summary>
    public static WandbChart Confusion(EpochObserved observed, IReadOnlyList<string> classes) => new(
        "confusion_matrix", "wandb/confusion_matrix/v1", $"Confusion matrix, validation, epoch {observed.Epoch}",
        [("Actual", "Actual"), ("Predicted", "Predicted"), ("nPredictions", "nPredictions")], ["Actual", "Predicted", "nPredictions"],
        [.. observed.Confusion.Index().Where(cell => cell.Item > 0 || observed.Classes <= ManyClasses)
            .Select(cell => new object?[] { classes[cell.Index / observed.Classes], classes[cell.Index % observed.Classes], cell.Item })]);

    /// <summary>The share of each class that was recognized.</summary>
    public static WandbChart Recall(EpochObserved observed, IReadOnlyList<string> classes) => new(
        "recall_by_class", "wandb/bar/v0", $"Recall by class, validation, epoch {observed.Epoch}",
        [("label", "class"), ("value", "recall")], ["class", "recall"],
        [.. classes.Select((name, label) => new object?[] { name, RecallOf(observed, label) })]);

    /// <summary>One bar for this run: a project's page puts the bars of all its runs side by side.</summary>
    public static WandbChart Comparison(TrackedRun run, EpochDone best) => new(
        "comparison", "wandb/bar/v0", "Best validation accuracy", [("label", "run"), ("value", "accuracy")], ["run", "accuracy"],
        [[run.Name, best.ValidationAccuracy]]);

    // Null, which the chart leaves out, for a class without validation images.
    private static double? RecallOf(EpochObserved observed, int label)
    {
        var count = Enumerable.Range(0, observed.Classes).Sum(prediction => observed.Confusion[label * observed.Classes + prediction]);
        return count == 0 ? null : (double)observed.Confusion[label * observed.Classes + label] / count;
    }

    private Dictionary<string, object?> RunSets() => WandbItems.Object(
        ("name", "runSets"),
        ("args", new object[] { WandbItems.Object(("name", "runSets"), ("value", "${runSets}")) }),
        ("fields", new object[]
        {
            Field("id"), Field("name"), Field("_defaultColorIndex"),
            WandbItems.Object(("name", "summaryTable"), ("args", new object[] { WandbItems.Object(("name", "tableKey"), ("value", TableKey)) }),
                ("fields", Array.Empty<object>())),
        }));

    private static Dictionary<string, object?> Field(string name) => WandbItems.Object(("name", name), ("fields", Array.Empty<object>()));
}
