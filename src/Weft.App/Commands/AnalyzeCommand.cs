using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class AnalyzeCommand : MeasuringVerb
{
    private readonly Argument<string> _run = new("RUN")
    { Description = OpenedModel.Description, DefaultValueFactory = _ => "latest" };
    private readonly Option<string?> _pair = new("--pair")
    {
        Description = "Explain only images of one class that were taken for another: their numbers or names, as 4,2 or Coat,Pullover.",
        HelpName = "LABEL,PREDICTION"
    };
    private readonly Option<int[]> _samples = new("--sample")
    {
        Description = "Explain this image of the split, whether right or wrong (repeatable).",
        HelpName = "NUMBER", AllowMultipleArgumentsPerToken = false
    };
    private readonly WholeNumber _cases = new("--cases", "How many mistakes are explained one by one.", 0, 500, 24, "24");
    private readonly WholeNumber _folds = new("--folds", "Train this many networks to find suspect training labels (2 or more; 0: none).", 0, 20, 0, "0");

    public AnalyzeCommand(Screen screen) : base(
        "analyze", "Where and why a checkpoint errs: confused classes, galleries, calibration, reasons, saliency, neighbours, suspect labels.", screen) =>
        Declare(_run, _pair, _samples, _cases, _folds);

    protected override ExitCode Run(ParseResult parse, Measurement measurement, CancellationToken cancellationToken)
    {
        var (cases, folds) = (_cases.Of(parse), _folds.Of(parse));
        if (folds == 1)
            throw new WeftException(ErrorKind.InvalidInput, "--folds has a value it cannot have")
            {
                Where = "--folds",
                Expected = "0, or 2 and more", Found = "1", Safe = "nothing was touched"
            };
        var checkpoint = measurement.Find(parse.GetValue(_run)!);
        var options = new AnalysisOptions
        {
            Split = measurement.Split, Cases = cases, Folds = folds, Threads = measurement.Threads, Samples = parse.GetValue(_samples) ?? [],
            Pair = parse.GetValue(_pair) is { } pair ? ClassPair.Parse(pair, new RunReader(checkpoint.Run).Information.Data.Classes) : null,
            Progress = what => Screen.People.WriteLine($"… {what}"),
        };
        using var owned = RunOwnership.TryTake(checkpoint.Run);
        using var analysis = new RunAnalysis(checkpoint, measurement.Open, options, cancellationToken: cancellationToken);
        var result = analysis.Run(TestLedger.Of(checkpoint.Run));
        var folder = owned.Held is { } held ? AnalysisFiles.Write(held, result) : null;
        foreach (var line in AnalysisText.Lines(result))
            Screen.People.WriteLine(line);
        Screen.People.WriteLine(owned.Describe(folder));
        if (folder is not null && (result.TrainingSuspects ?? result.Suspects).ErrorCount > 0 && result.Split == EvaluationSplit.Validation)
            Screen.People.WriteLine($"next: {CommandText.For(new ReviewSuspects(checkpoint.Run))}");
        var document = new AnalysisDocument(result) { Folder = folder };
        Screen.WriteJson(document with
        {
            Findings = [.. document.Findings.Select(finding => finding with
            {
                Next = finding.StepFor(checkpoint.Run) is { } step ? CommandText.For(step) : null,
            })],
        });
        return ExitCode.Done;
    }
}
