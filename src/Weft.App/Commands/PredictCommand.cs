using System.CommandLine;
using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App;

internal sealed class PredictCommand : Verb
{
    private const int OthersShown = 2;
    private const double Shown = 0.01;

    private static readonly string[] Endings = [".png", ".pgm", ".ppm"];

    private readonly RunArgument _run = new("The run, or a checkpoint of it: RUN@best, RUN@last, RUN@EPOCH.");
    private readonly Argument<string[]> _files = new("FILE") { Description = "Pictures (PNG, PGM, PPM, IDX), folders of them, or - for one picture from standard input.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<bool> _invert = new("--invert") { Description = "Bright becomes dark: for pictures on a white ground." };
    private readonly WholeNumber _threads = new("--threads", "Worker threads.", 1, 256, Math.Min(256, Environment.ProcessorCount), "all cores");
    private readonly RunsOption _runs = new();

    public PredictCommand(Screen screen) : base("predict", "Classes and probabilities for pictures.", screen)
    {
        Arguments.Add(_run);
        Arguments.Add(_files);
        foreach (var option in new Option[] { _invert, _threads, _runs })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var threads = _threads.Of(parse);
        var pictures = parse.GetValue(_files)!.SelectMany(Pictures).ToList();
        using var predictor = new Predictor(_runs.Store(parse).FindCheckpoint(parse.GetValue(_run)!), threads);
        var images = pictures.Select(picture => PictureFit.To(picture, predictor.Shape, parse.GetValue(_invert))).ToList();
        var predictions = predictor.Predict(images);
        var width = pictures.Max(picture => Printable.Escape(picture.Name).Length);
        var list = new JsonArray();
        for (var i = 0; i < predictions.Count; i++)
        {
            var prediction = predictions[i];
            var others = Enumerable.Range(0, predictor.Classes.Count).Where(k => k != prediction.Class && prediction.Probabilities[k] >= Shown).OrderByDescending(k => prediction.Probabilities[k]).Take(OthersShown)
                .Select(k => $"{Printable.Escape(predictor.Classes[k])} {Figures.Percent(prediction.Probabilities[k], 1)}");
            Screen.People.WriteLine($"{Printable.Escape(pictures[i].Name).PadRight(width)}  {Printable.Escape(prediction.Name)} {Figures.Percent(prediction.Probability, 1)}{string.Concat(others.Select(other => ", " + other))}");
            list.Add(new JsonObject
            {
                ["file"] = pictures[i].Name, ["class"] = prediction.Name, ["index"] = prediction.Class, ["probability"] = prediction.Probability,
                ["probabilities"] = new JsonArray([.. prediction.Probabilities.Select(p => JsonValue.Create(p))]),
            });
        }

        var bright = parse.GetValue(_invert) ? 0 : pictures.Count(picture => PictureFit.HasBrightGround(picture.Pixels, picture.Shape));
        if (bright > 0)
            Screen.People.WriteLine($"note: {bright} of {images.Count} pictures have a bright ground; images like Fashion-MNIST's have a black one. With --invert bright becomes dark.");
        Screen.WriteJson(new JsonObject { ["predictions"] = list, ["bright_ground"] = bright });
        return ExitCode.Done;
    }

    private static IEnumerable<NamedPicture> Pictures(string path)
    {
        if (path == "-")
        {
            using var input = StandardStreams.OpenInput();
            using var content = new MemoryStream();
            input.CopyTo(content);
            return PictureFile.Read(content.ToArray(), "-");
        }

        if (!Directory.Exists(path))
            return File.Exists(path) ? PictureFile.Read(File.ReadAllBytes(path), path) : throw new WeftException(ExitCode.Usage, "there is no such picture") { Where = path, Safe = "nothing was touched" };
        var files = Directory.EnumerateFiles(path).Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).ToList();
        return files.Count > 0
            ? files.SelectMany(file => PictureFile.Read(File.ReadAllBytes(file), file))
            : throw new WeftException(ExitCode.Usage, "there are no pictures in this folder") { Where = path, Expected = "files that end in " + string.Join(", ", Endings), Found = "none", Safe = "nothing was touched" };
    }
}
