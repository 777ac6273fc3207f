using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Weft.Training;

namespace Weft.App;

internal sealed class PredictCommand : StoppableVerb
{
    private readonly RunArgument _run = new(OpenedModel.Description);
    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Pictures (PNG, PGM, PPM, IDX, IDX in gzip; JPEG, WebP, BMP, GIF), folders of them, @LIST (a text file that names a picture a line), "
            + "or - for standard input.",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<bool> _invert = new("--invert") { Description = "Bright becomes dark: for pictures on a white ground." };
    private readonly Option<bool> _asIs = new("--as-is")
    {
        Description = "Models of IDX images: scale pictures and do nothing else. Default: what they show is cut out and made as training images are.",
    };

    private readonly Option<bool> _calibrated = new("--calibrated")
    {
        Description = "Probabilities as honest as the validation images make them: logits divided by the temperature in the model's file.",
    };

    private readonly Option<bool> _show = new("--show") { Description = "Print each picture as the network sees it, in characters." };
    private readonly Option<bool> _failUnlike = new("--fail-unlike") { Description = "End with 2 where a picture is unlike all training pictures." };
    private readonly Option<string?> _out = new("--out")
    {
        Description = "Write a table (.csv or .jsonl) in place of lines; with --part the folder of the parts.", HelpName = "FILE",
    };
    private readonly Option<string?> _part = new("--part")
    {
        Description = "Predict part I of N alone, for many machines; weft predict merge puts the parts together.", HelpName = "I/N",
    };
    private readonly Option<bool> _skip = SkipUnreadable();
    private readonly ViewOptions _views = new();
    private readonly WholeNumber _threads = WholeNumber.Threads();
    private readonly RunsOption _runs = new();

    public PredictCommand(Screen screen) : base("predict", "Classes and probabilities for pictures.", screen)
    {
        Arguments.Add(_run);
        Arguments.Add(_files);
        foreach (var option in (Option[])[_out, _part, _skip, _invert, _asIs, _calibrated, _show, _failUnlike, .. _views.All, _threads, _runs])
            Options.Add(option);
        Subcommands.Add(new PredictMergeCommand(screen));
    }

    public static Option<bool> SkipUnreadable() => new("--skip-unreadable")
    {
        Description = "Pictures that cannot be read are listed and change nothing else. Default: the exit code is that of the first.",
    };

    protected override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        var threads = _threads.Of(parse);
        var choice = _views.Of(parse);
        var (number, parts) = PartOf(parse);
        var reference = parse.GetValue(_run)!;
        var (_, model, checkpoint) = OpenedModel.Open(reference, _runs.Store(parse));
        double? temperature = parse.GetValue(_calibrated) ? CalibratedPrediction.TemperatureOf(model, reference) : null;
        using var predictor = new Predictor(model, threads, choice.IsNone ? TestTimeAugmentation.None : null);
        predictor.Augmentation = choice.Over(predictor.Augmentation);
        var views = ViewWords.Of(predictor.Augmentation);
        if (views.Length > 0)
            Screen.People.WriteLine($"mean over {views}");
        if (temperature is { } divisor)
            Screen.People.WriteLine(string.Create(CultureInfo.InvariantCulture, $"calibrated: logits divided by {divisor:F3}"));
        var list = new PictureList(parse.GetValue(_files)!);
        var input = model.PictureInput with { Invert = parse.GetValue(_invert), AsIs = parse.GetValue(_asIs) };
        var part = parts == 0 ? null : Part(list, number, parts, predictor, checkpoint?.Path ?? reference, input, temperature);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var output = new PredictionOutput(Screen, predictor.Shape, predictor.Classes, list)
        {
            Show = parse.GetValue(_show), SkipsUnreadable = parse.GetValue(_skip), Views = predictor.Augmentation, Temperature = temperature,
        };
        if (parse.GetValue(_out) is { } path)
            output.WriteTo(path, part);
        var known = checkpoint is null ? null : TrainingFeatures.Read(checkpoint.Run);
        var pipeline = new PredictionPipeline(predictor, input, known) { StandardInput = StandardStreams.OpenInput, Temperature = temperature };
        output.Begin(part?.Count ?? list.Count, known?.Threshold);
        foreach (var batch in pipeline.Run(list.Entries(part?.First ?? 0, part?.Count ?? long.MaxValue), stop))
            output.Add(batch);
        var code = output.Finish();
        return code == ExitCode.Done && output.Unlike > 0 && parse.GetValue(_failUnlike) ? ExitCode.Usage : code;
    }

    private (int Number, int Parts) PartOf(ParseResult parse)
    {
        if (parse.GetValue(_part) is not { } text)
        {
            if (parse.GetValue(_out) is { } table)
                _ = PredictionTableFile.IsCsv(table);
            return (0, 0);
        }

        if (text.Split('/') is not [var first, var second] || !int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var parts) || number < 1 || number > parts)
        {
            throw new WeftException(ErrorKind.InvalidInput, "--part has a value it cannot have")
            {
                Where = "--part", Expected = "I/N: the number of the part, from 1 to N", Found = $"'{text}'", Safe = "nothing was touched",
            };
        }

        return parse.GetValue(_out) is not null ? (number, parts) : throw new WeftException(ErrorKind.InvalidInput, "a part needs a folder")
        {
            Where = "--part", Expected = "--out FOLDER", Found = "no --out", Safe = "nothing was touched",
        };
    }

    private static PredictionPart Part(PictureList list, int number, int parts, Predictor predictor, string model, PictureInput input, double? temperature)
    {
        if (list.HasStandardInput)
        {
            throw new WeftException(ErrorKind.InvalidInput, "standard input has no parts")
            {
                Where = "--part", Expected = "files, folders or @LIST", Found = PictureList.StandardInput, Safe = "nothing was touched",
            };
        }

        using var file = RegularFile.OpenRead(model);
        var profile = predictor.Device.NumericProfile;
        return new PredictionPart(number, parts, list.Count)
        {
            List = list.Hash(), Model = Convert.ToHexStringLower(SHA256.HashData(file)), NumericProfile = $"{profile.Kind}, {profile.VectorBits} bits",
            Options = $"mirrored {predictor.Augmentation.Mirrored}, shift {predictor.Augmentation.Shift}, invert {input.Invert}, as-is {input.AsIs}"
                + (temperature is null ? "" : string.Create(CultureInfo.InvariantCulture, $", temperature {temperature:R}")),
            Classes = predictor.Classes.Count,
        };
    }
}
