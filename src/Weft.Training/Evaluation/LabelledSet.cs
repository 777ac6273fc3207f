using System.Globalization;
using System.Text;

namespace Weft.Training;

/// <summary>
/// Labelled pictures that are not a run's own data, with the numbers of the model's classes: classes are matched by their names, and pictures are read as
/// <c>predict</c> reads them.
/// </summary>
internal sealed record LabelledSet(string Name, ImageSamples Samples)
{
    private const int NamesShown = 5;

    /// <summary>Where the results stand, under the run's <c>eval</c>: sets of one name that hold other pictures have folders of their own.</summary>
    public string FolderName =>
        $"{string.Concat(Name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '_'))}-{Samples.Fingerprint[..8]}";

    /// <summary>Where each sample lies; its number for data without picture files.</summary>
    public IReadOnlyList<string> Paths => (Samples.Origins ?? SampleOrigins.OfPixels(Samples, "")).Paths;

    /// <summary>What a person should know about it.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Whether what lies at a path is of another kind than what a model was trained on: picture files, or arrays.</summary>
    public static bool CannotBeOwn(string path, TrainedModel model) =>
        DatasetFormats.Of(path) is { } format && format is IPictureFormat == model.Pictures is null;

    /// <param name="path">A folder or a file of any kind that data are read from.</param>
    /// <param name="part">The part that is looked at; null for everything.</param>
    /// <param name="onlyKnown">Whether pictures of classes that the model does not have are left out.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: the model lacks a class, or nothing is left; else as opening the data.
    /// </exception>
    public static LabelledSet Open(
        string path, CheckpointReference checkpoint, TrainedModel model, EvaluationSplit? part, bool onlyKnown, CancellationToken cancellationToken)
    {
        var set = new Reading(path, checkpoint, model, part, onlyKnown);
        return DatasetFormats.Of(path) switch
        {
            IPictureFormat pictures => set.Of(pictures.Index(path, new DataOptions())),
            { } arrays => set.Of(arrays.Open(path, new DataOptions(), cancellationToken)),
            null => throw (Directory.Exists(path) ? FolderContent.Unknown(path) : FolderContent.NoFolder(path)),
        };
    }

    private sealed class Reading(string path, CheckpointReference checkpoint, TrainedModel model, EvaluationSplit? part, bool onlyKnown)
    {
        private readonly Dictionary<string, int> _classes =
            model.Classes.Index().ToDictionary(pair => pair.Item.Normalize(NormalizationForm.FormC), pair => pair.Index, StringComparer.Ordinal);

        private readonly List<string> _notes = [];

        public LabelledSet Of(DatasetIndex index)
        {
            var wanted = part switch { EvaluationSplit.Validation => GivenPart.Validation, EvaluationSplit.Test => GivenPart.Test, _ => GivenPart.None };
            var pictures = index.Pictures.Where(picture => wanted == GivenPart.None || picture.Part == wanted).ToArray();
            _notes.Add(index.Layout);
            var labels = Labels([.. pictures.Select(picture => picture.Label!)]);
            pictures = [.. pictures.Where((_, i) => labels[i] >= 0)];
            var input = model.PictureInput;
            void Render(int i, Span<byte> pixels)
            {
                using var bytes = new MemoryStream(Content(pictures[i]));
                foreach (var picture in PictureFile.ReadAhead(bytes, Path.Combine(index.Folder, pictures[i].Path), input))
                {
                    picture.Pixels.CopyTo(pixels);
                    return;
                }
            }

            int[] numbers = [.. labels.Where(label => label >= 0)];
            var hashes = new Lazy<IReadOnlyList<string>>(
                () => [.. pictures.Select(picture => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Content(picture))))]);
            var print = ImageSamples.Combine([$"{model.Shape} {model.Pictures?.ToPolicy()}", .. hashes.Value, .. numbers.Select(Text)]);
            return Finished(index.Name, new ImageSamples(model.Shape, new RenderedImages(model.Shape.Length, Render), numbers, print)
            {
                Origins = new SampleOrigins([.. pictures.Select(picture => picture.Path)], hashes),
            });
        }

        public LabelledSet Of(ImageDataset data)
        {
            if (data.Shape != model.Shape)
            {
                throw Refused("these pictures have another size than the model takes", $"{model.Shape}", $"{data.Shape}", new Advice(
                    "name a folder of picture files: those are made to fit"));
            }

            var given = data.GivenValidation?.ToHashSet() ?? [];
            IEnumerable<(ImageSamples Samples, int Index, string Path)> Rows(ImageSamples samples, string prefix) =>
                samples.Used.Select(i => (samples, i, prefix + Text(i)));
            var rows = (part switch
            {
                EvaluationSplit.Validation => Rows(data.Train, "").Where(row => given.Contains(row.Index)),
                EvaluationSplit.Test => Rows(data.LoadTest(), LabelCorrections.TestPrefix),
                _ => data.HasTest ? Rows(data.Train, "").Concat(Rows(data.LoadTest(), LabelCorrections.TestPrefix)) : Rows(data.Train, ""),
            }).ToArray();
            _notes.AddRange(data.Notes);
            var labels = Labels([.. rows.Select(row => data.ClassNames[row.Samples.Label(row.Index)])]);
            rows = [.. rows.Where((_, i) => labels[i] >= 0)];
            int[] numbers = [.. labels.Where(label => label >= 0)];
            var store = new RenderedImages(model.Shape.Length, (i, pixels) => rows[i].Samples.Image(rows[i].Index).CopyTo(pixels));
            var samples = new ImageSamples(model.Shape, store, numbers, ImageSamples.Combine([data.Fingerprint, $"{part}", .. numbers.Select(Text)]));
            return Finished(data.Name, samples.With(numbers, samples.Fingerprint, SampleOrigins.OfPixels(samples, "") with
            {
                Paths = [.. rows.Select(row => row.Path)],
            }));
        }

        private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

        private static byte[] Content(IndexedPicture picture)
        {
            try
            {
                return picture.Content.Read();
            }
            catch (Exception failure) when (DiskFailure.Is(failure) || failure is InvalidDataException)
            {
                throw DiskFailure.ToError(failure, "a picture cannot be read", picture.Path, "nothing was changed");
            }
        }

        // The model's number of each name; −1 where it has none.
        private int[] Labels(string[] names)
        {
            int[] labels = [.. names.Select(name => _classes.GetValueOrDefault(name.Normalize(NormalizationForm.FormC), -1))];
            var foreign = names.Where((_, i) => labels[i] < 0).CountBy(name => name).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToArray();
            var shown = string.Join(", ", foreign.Take(NamesShown).Select(pair => $"{pair.Key} ({pair.Value})")) + (foreign.Length > NamesShown ? ", …" : "");
            if (foreign.Length > 0 && !onlyKnown)
            {
                throw Refused(
                    $"the model does not know {foreign.Length} of these classes", "classes of " + string.Join(", ", model.Classes.Take(NamesShown))
                        + (model.Classes.Count > NamesShown ? ", …" : ""), shown,
                    new EvaluateRun(checkpoint.Run) { Checkpoint = checkpoint.Name, Data = path, OnlyKnownClasses = true });
            }

            if (foreign.Length > 0)
                _notes.Add($"{foreign.Sum(pair => pair.Value)} pictures of classes that the model does not know were left out: {shown}");
            return labels.Any(label => label >= 0) ? labels
                : throw Refused("nothing is there to be measured", "labelled pictures of the model's classes", names.Length == 0 ? "no picture" : shown, null);
        }

        private LabelledSet Finished(string name, ImageSamples samples) => new(name, samples) { Notes = _notes };

        private WeftException Refused(string what, string expected, string found, NextStep? next) => new(ErrorKind.InvalidInput, what)
        {
            Where = path, Expected = expected, Found = found, Safe = "nothing was changed", Next = next,
        };
    }
}
