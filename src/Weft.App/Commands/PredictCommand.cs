using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class PredictCommand : Verb
{
    private readonly RunArgument _run = new("The run, a checkpoint of it (RUN@best, RUN@last, RUN@EPOCH), or a model's .safetensors file.");
    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Pictures (PNG, PGM, PPM, IDX, IDX in gzip; JPEG, WebP, BMP, GIF), folders of them, or - for standard input.",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<bool> _invert = new("--invert") { Description = "Bright becomes dark: for pictures on a white ground." };
    private readonly Option<bool> _asIs = new("--as-is")
    {
        Description = "Models of IDX images: scale pictures and do nothing else. Default: what they show is cut out and made as training images are.",
    };

    private readonly Option<bool> _show = new("--show") { Description = "Print each picture as the network sees it, in characters." };
    private readonly Option<bool> _failUnlike = new("--fail-unlike") { Description = "End with 2 where a picture is unlike all training pictures." };
    private readonly ViewOptions _views = new();
    private readonly WholeNumber _threads = WholeNumber.Threads();
    private readonly RunsOption _runs = new();

    public PredictCommand(Screen screen) : base("predict", "Classes and probabilities for pictures.", screen)
    {
        Arguments.Add(_run);
        Arguments.Add(_files);
        foreach (var option in (Option[])[_invert, _asIs, _show, _failUnlike, .. _views.All, _threads, _runs])
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var threads = _threads.Of(parse);
        var choice = _views.Of(parse);
        var name = parse.GetValue(_run)!;
        var checkpoint = File.Exists(name) ? null : _runs.Store(parse).FindCheckpoint(name);
        var model = checkpoint?.ReadModel() ?? TrainedModel.Load(name);
        using var predictor = new Predictor(model, threads, choice.IsNone ? TestTimeAugmentation.None : null);
        predictor.Augmentation = choice.Over(predictor.Augmentation);
        if (ViewWords.Of(predictor.Augmentation) is { Length: > 0 } views)
            Screen.People.WriteLine($"mean over {views}");
        var inputs = new PictureInputs(parse.GetValue(_files)!);
        using var output = new PredictionOutput(Screen, predictor, checkpoint is null ? null : TrainingFeatures.Read(checkpoint.Run))
        {
            Show = parse.GetValue(_show),
        };
        var input = model.PictureInput with { Invert = parse.GetValue(_invert), AsIs = parse.GetValue(_asIs) };
        foreach (var file in inputs.Files(output.Fail))
            Predict(file, input, output);
        var code = output.Finish(inputs);
        return code == ExitCode.Done && output.Unlike > 0 && parse.GetValue(_failUnlike) ? ExitCode.Usage : code;
    }

    private static void Predict(string file, PictureInput input, PredictionOutput output)
    {
        try
        {
            var pictures = file == PictureInputs.StandardInput ? FromStandardInput(input) : PictureFile.Read(file, input);
            foreach (var picture in pictures)
                output.Add(picture);
        }
        catch (WeftException bad)
        {
            output.Fail(file, bad);
        }
    }

    private static IEnumerable<FittedPicture> FromStandardInput(PictureInput input)
    {
        using var stream = StandardStreams.OpenInput();
        foreach (var picture in PictureFile.ReadAhead(stream, PictureInputs.StandardInput, input))
            yield return picture;
    }
}
