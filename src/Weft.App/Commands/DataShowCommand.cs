using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class DataShowCommand : DataVerb
{
    private readonly WholeNumber _count = new("--count", "Samples of each class.", 1, 100, 1);

    private readonly SampleSheetOptions _sheet = new();

    public DataShowCommand(Screen screen) : base("show", "A sheet of training samples, drawn with characters or as a PNG.", screen)
    {
        Options.Add(_count);
        _sheet.AddTo(this);
    }

    protected override ExitCode Run(ParseResult parse, string name, DataOptions options, CancellationToken cancellationToken)
    {
        var count = _count.Of(parse);
        var augmentation = _sheet.Augmentation(parse);
        var data = DataSets.Open(name, options, cancellationToken);
        SayNotes(data);
        var sheet = Enumerable.Range(0, data.ClassCount)
            .SelectMany(c => Enumerable.Range(0, data.Train.Count).Where(i => data.Train.Label(i) == c).Take(count)).ToArray();
        if (augmentation is null)
            WriteText(data, sheet);
        var file = _sheet.Write(parse, data, augmentation, sheet);
        if (file is not null)
            Screen.People.WriteLine($"wrote {Printable.Escape(file)}");
        Screen.WriteJson(new DataShowDocument(
            data.Name, data.Folder, file, data.ClassNames, [.. sheet.Select(i => new ShownSampleEntry(i, data.ClassNames[data.Train.Label(i)]))]));
        return ExitCode.Done;
    }

    private void WriteText(ImageDataset data, int[] sheet)
    {
        var perLine = Math.Max(1, (Screen.Width + 1) / (data.Shape.Width + 2));
        foreach (var line in sheet.Chunk(perLine))
        {
            Screen.People.WriteLine(
                string.Join("  ", line.Select(i => Fit($"{Printable.Escape(data.ClassNames[data.Train.Label(i)])} #{i}", data.Shape.Width))).TrimEnd());
            var pictures = line.Select(i => TextPicture.Lines(data.Train.Image(i), data.Shape)).ToArray();
            for (var y = 0; y < pictures[0].Length; y++)
                Screen.People.WriteLine(string.Join("  ", pictures.Select(picture => picture[y])).TrimEnd());
        }
    }

    private static string Fit(string text, int width) => text.Length > width ? text[..(width - 1)] + "…" : text.PadRight(width);
}
