using System.Globalization;
using System.Text;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>
/// The page that goes with a model: what it is, for what, trained on what and how, how good, what it confuses, and where it ends. Every number comes from the
/// run; what was not measured is named.
/// </summary>
/// <remarks>Sections after Mitchell and others, "Model cards for model reporting", 2019.</remarks>
internal sealed class ModelCard
{
    private const int PairsShown = 8;

    private readonly StringBuilder _text = new();
    private readonly TrainedModel _model;
    private readonly ModelRelease _release;
    private readonly EvaluationResult? _validation;
    private readonly RunReader? _run;
    private readonly RunResult? _test;

    private ModelCard(ReleasedModel model)
    {
        (_model, _release, _validation) = (model.Model, model.Model.Metadata.Release!, model.Validation);
        _run = model.Checkpoint is { } checkpoint ? new RunReader(checkpoint.Run) : null;
        _test = _run is { } run && RunResult.Exists(run.Folder, EvaluationSplit.Test) ? RunResult.Read(run, EvaluationSplit.Test) : null;
        // A test result of another checkpoint says nothing of this one.
        if (_test?.Checkpoint != model.Checkpoint?.Name)
            _test = null;
    }

    public static string Of(ReleasedModel model)
    {
        var card = new ModelCard(model);
        card.Head();
        card.Details();
        card.Data();
        card.Training();
        card.Figures();
        card.Mistakes();
        card.Use();
        return card._text.ToString();
    }

    private string DataName => _run?.Information.Data.Name ?? "unknown";

    // The head in YAML that the Hub's search reads.
    private void Head()
    {
        Line("---");
        Line($"license: {(_release.Licence is { } licence ? Quoted(licence) : "other")}");
        Line("library_name: weft");
        Line("pipeline_tag: image-classification");
        Line("tags:\n- weft\n- image-classification");
        if (_run is not null)
            Line($"datasets:\n- {Quoted(DataName)}");
        Line("metrics:\n- accuracy");
        if (_release.Validation is { } validation)
        {
            Line($"model-index:\n- name: {Quoted(_release.Source)}\n  results:");
            Result("validation", validation.Accuracy);
            if (_test is { } test)
                Result("test", test.Accuracy);
        }

        Line("---\n");
    }

    private void Result(string split, double accuracy)
    {
        Line("  - task:\n      type: image-classification");
        Line($"    dataset:\n      name: {Quoted(DataName)}\n      type: {Quoted(DataName)}\n      split: {split}");
        Line($"    metrics:\n    - type: accuracy\n      value: {Number(accuracy, "0.####")}");
    }

    private void Details()
    {
        Line($"# {Plain(_release.Source)}\n");
        Line($"A network that says which of {_model.Classes.Count} classes an image of {_model.Shape} shows, trained with Weft.\n");
        Line("## Details\n");
        Line("| | |\n|---|---|");
        Row("network", _model.Description.Name);
        Row("classes", string.Join(", ", _model.Classes));
        Row("input", $"{_model.Shape.Height} × {_model.Shape.Width} pixels, {(_model.Shape.Channels == 1 ? "grey" : $"{_model.Shape.Channels} channels")}");
        if (_run?.Information is { } information)
        {
            Row("parameters", Count(information.ParameterCount));
            if (information.FlopsPerImage is { } flops)
                Row("operations an image", Number(flops / 1e6, "#,0.0") + " million");
        }

        Row("checkpoint", $"{_release.Checkpoint}, SHA-256 {_release.SourceSha256}");
        Row("licence", _release.Licence ?? "not stated");
    }

    private void Data()
    {
        Line("\n## Data\n");
        if (_run?.Information.Data is not { } data)
        {
            Line($"The run is not at hand. Fingerprint of the data: {_model.Metadata.DataFingerprint}");
            return;
        }

        Line($"{Plain(data.Name)}: {Count(data.Train)} images to train on, {Count(data.Validation)} to validate with, divided by the seed {data.SplitSeed}.");
        Line($"Fingerprint of the training files: SHA-256 {data.Fingerprint}. Mean {Numbers(data.Mean)}, deviation {Numbers(data.StandardDeviation)}, "
            + "pixels from 0 to 1.");
    }

    private void Training()
    {
        Line("\n## Training\n");
        if (_run is not { } run)
        {
            Line("The run is not at hand.");
            return;
        }

        var rows = run.Metrics();
        // Of the folders of the machine that it was trained on, only what they are called.
        var words = run.Information.CommandLine
            .Select(word => (Path.IsPathRooted(word) ? Path.GetFileName(word) : word).ReplaceLineEndings(" "));
        Line($"```\n{string.Join(' ', words)}\n```\n");
        Line($"Recipe {Plain(run.Information.Recipe ?? "none")}, seed {run.Information.Seed}; {rows.Count} {(rows.Count == 1 ? "epoch" : "epochs")} in "
            + $"{Number(rows.Sum(row => row.Seconds) / 60, "0.0")} minutes on {Plain(run.Information.Machine.Processor)}, "
            + $"{run.Information.Machine.Threads} threads. Energy was not measured.");
    }

    private void Figures()
    {
        Line("\n## How good\n");
        if (_release.Validation is not { } validation)
        {
            Line("Not measured.");
            return;
        }

        Line("| images | accuracy | 95 % interval |\n|---|---|---|");
        Line($"| {Count(validation.Images)} for validation | {Percent(validation.Accuracy)} | {Interval(validation.Interval)} |");
        if (_test is { } test)
            Line($"| {Count(test.Predictions.Count)} for the test | {Percent(test.Accuracy)} | {Interval(test.Interval)} |");
        Line($"\nThe network was chosen by the validation images, so their figure is a little too good. {Ledger()}");
        Line($"Probabilities are most honest where the logits are divided by {Number(validation.Temperature, "0.###")} (found on the validation images).");
        if (_validation is null)
            return;
        Line("\n| class | images | recall | precision |\n|---|---|---|---|");
        foreach (var one in _validation.PerClass)
            Line($"| {Plain(one.Name)} | {Count(one.Count)} | {Percent(one.Recall)} | {Percent(one.Precision)} |");
    }

    private string Ledger()
    {
        if (_run is null)
            return "Whether the test images were opened is not known here.";
        var openings = TestLedger.Of(_run.Folder).Read().Openings.Where(opening => opening.Run == _run.Folder.Name).ToList();
        return openings.Count == 0 ? "The test images were never opened for this run."
            : $"The test images were opened {openings.Count} {(openings.Count == 1 ? "time" : "times")} for this run."
                + (openings.Max(opening => opening.Configurations) is { } tried ? $" It is the choice of {tried} configurations that a sweep had tried." : "");
    }

    private void Mistakes()
    {
        Line("\n## What it confuses\n");
        if (_validation is null)
        {
            Line("Not known here: the run is not at hand.");
            return;
        }

        foreach (var pair in ConfusedPair.Of(_validation).Take(PairsShown))
            Line($"- {Plain(_model.Classes[pair.Label])} is taken for {Plain(_model.Classes[pair.Prediction])}: {pair.Count} images, "
                + $"{Percent(pair.Rate)} of the class, {Percent(pair.Share)} of all mistakes");
        Line("\nWhat is none of these classes is called one of them all the same. "
            + "Pictures that look unlike the training images are called something too, often with great certainty.");
    }

    private void Use()
    {
        Line("\n## How to use it\n");
        Line("```\nweft predict model.safetensors PICTURE\n```\n");
        Line("`model.onnx` is the same network for ONNX Runtime: bytes in (`image`, [batch, channels, height, width]), probabilities and the class out.");
        Line($"The file holds everything: network, weights, preprocessing, classes, and {_release.Golden?.Images.Count ?? 0} images with the "
            + "probabilities that were computed for them. Weft computes these first and refuses to predict where they differ. The weights alone have the names "
            + "and the layout of PyTorch's `state_dict`.");
    }

    private void Line(string text) => _text.Append(text).Append('\n');

    private void Row(string name, string value) => Line($"| {name} | {Plain(value)} |");

    // Text from outside, as it may stand in a table of Markdown.
    private static string Plain(string text) => string.Concat(text.Select(letter => letter switch
    {
        '|' or '<' or '>' or '`' or '*' or '_' or '[' or ']' or '\\' => $"\\{letter}",
        _ when char.IsControl(letter) => " ",
        _ => $"{letter}",
    }));

    private static string Quoted(string text) =>
        "\"" + string.Concat(text.Select(letter => letter is '"' or '\\' ? $"\\{letter}" : char.IsControl(letter) ? " " : $"{letter}")) + "\"";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Numbers(IReadOnlyList<double> values) => string.Join(", ", values.Select(value => Number(value, "0.####")));

    private static string Count(long count) => Number(count, "#,0");

    private static string Percent(double share) => double.IsNaN(share) ? "–" : Number(100 * share, "0.00") + " %";

    private static string Interval(ShareInterval interval) => $"{Percent(interval.Low)} to {Percent(interval.High)}";
}
