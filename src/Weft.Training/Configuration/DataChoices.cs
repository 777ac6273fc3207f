using System.Globalization;
using System.Text.RegularExpressions;

namespace Weft.Training;

/// <summary>
/// What a configuration leaves to the pictures. What they decide is the run's from then on, whatever a later version would decide.
/// </summary>
internal static partial class DataChoices
{
    private const int MostLookedAt = 256;

    // Of the outermost pixels so many lie within so many levels of their median where a thing stands on a plain ground.
    private const double PlainShare = 0.8;
    private const int PlainLevels = 12;

    // A pixel whose channels lie within so many levels has no colour; ground that is lighter than this is paper.
    private const int GreyLevels = 16;
    private const int PaperLevel = 200;

    private static readonly string[] Numbers = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

    /// <summary>The configuration with every choice made; sentences about them are among its new notes.</summary>
    public static ResolvedConfiguration Of(ResolvedConfiguration configuration, ImageDataset dataset)
    {
        List<string> notes = [];
        var values = Sizes(configuration, dataset).Concat(Augmentation(configuration, dataset, notes)).ToList();
        var chosen = configuration.With(values);
        var (wayUp, sentence) = Directions(chosen, dataset);
        if (sentence is not null)
            notes.Add(sentence);
        return chosen.With(wayUp) with { Notes = [.. chosen.Notes, .. notes] };
    }

    private static IEnumerable<ConfigurationValue> Sizes(ResolvedConfiguration configuration, ImageDataset dataset)
    {
        if (dataset.Pictures is not { } pictures)
            return [];
        (string Key, object? Value)[] choices = [("picture.side", pictures.Side), ("picture.fit", pictures.Fit), ("picture.channels", pictures.Channels)];
        return choices.Where(choice => ConfigurationTable.Find(choice.Key, configuration.Value)!.ReadValue(configuration.Value) is null)
            .Select(choice => new ConfigurationValue(choice.Key, OptionKey.Write(choice.Value), "chosen by the pictures"));
    }

    private static IEnumerable<ConfigurationValue> Augmentation(ResolvedConfiguration configuration, ImageDataset dataset, List<string> notes)
    {
        if (configuration.Value.AugmentationPreset.Preset is not AugmentationPreset.Auto)
            return [];
        var (preset, reason) = PresetFor(dataset.Train);
        notes.Add($"augmentation.preset: {OptionKey.Write(preset)}, for {reason}"
            + (dataset.Train.Larger is null ? "; these pictures are not stored larger than they are trained on, so parts of them are magnified" : ""));
        var origin = AugmentationPresets.Origin + OptionKey.Write(AugmentationPreset.Auto);
        return AugmentationPresets.Values(preset, $"{AugmentationPresets.Origin}{OptionKey.Write(preset)}, chosen by the pictures")
            .Where(value => configuration.Origin(value.Key) == origin)
            .Prepend(new(AugmentationPresets.Key, OptionKey.Write(preset), "chosen by the pictures"));
    }

    internal static (AugmentationPreset Preset, string Reason) PresetFor(ImageSamples samples)
    {
        var looked = Math.Min(samples.Count, MostLookedAt);
        var (plain, paper) = (0, 0);
        for (var i = 0; i < looked; i++)
        {
            var image = samples.Image((int)((long)i * samples.Count / looked));
            if (GroundOf(image, samples.Shape) is not { } ground)
                continue;
            plain++;
            paper += ground.Min() > PaperLevel && IsColorless(image, samples.Shape.Channels) ? 1 : 0;
        }

        string Share(int count) => (100.0 * count / looked).ToString("F0", CultureInfo.InvariantCulture) + " %";
        return 2 * paper > looked ? (AugmentationPreset.Document, $"{Share(paper)} of the pictures are colourless on a light ground")
            : 2 * plain > looked ? (AugmentationPreset.Object, $"{Share(plain)} of the pictures stand on a plain ground")
            : (AugmentationPreset.Photo, $"only {Share(plain)} of the pictures stand on a plain ground");
    }

    // By channel the median of the outermost pixels, where nearly all of them are like it.
    private static byte[]? GroundOf(ReadOnlySpan<byte> image, FeatureShape shape)
    {
        List<byte[]> border = [];
        for (var y = 0; y < shape.Height; y++)
        {
            for (var x = 0; x < shape.Width; x += y == 0 || y == shape.Height - 1 ? 1 : Math.Max(1, shape.Width - 1))
                border.Add(image.Slice((y * shape.Width + x) * shape.Channels, shape.Channels).ToArray());
        }

        byte[] median = [.. Enumerable.Range(0, shape.Channels).Select(c => border.Select(pixel => pixel[c]).Order().ElementAt(border.Count / 2))];
        var alike = border.Count(pixel => pixel.Zip(median).All(pair => Math.Abs(pair.First - pair.Second) <= PlainLevels));
        return alike >= PlainShare * border.Count ? median : null;
    }

    private static bool IsColorless(ReadOnlySpan<byte> image, int channels)
    {
        var colored = 0;
        for (var i = 0; i < image.Length; i += channels)
        {
            var (least, most) = (byte.MaxValue, byte.MinValue);
            foreach (var value in image.Slice(i, channels))
                (least, most) = (Math.Min(least, value), Math.Max(most, value));
            colored += most - least > GreyLevels ? 1 : 0;
        }

        return colored * channels < 0.05 * image.Length;
    }

    // A mirrored arrow to the left is one to the right: where class names say that direction matters, nothing that the user did not ask for mirrors pictures.
    private static (IReadOnlyList<ConfigurationValue> Values, string? Note) Directions(ResolvedConfiguration configuration, ImageDataset dataset)
    {
        if (dataset.Pictures is null || DirectionalNames(dataset.ClassNames) is not [_, ..] names)
            return ([], null);
        var reason = $"classes {string.Join(", ", names.Take(2).Select(name => $"\"{name}\""))}{(names.Count > 2 ? ", …" : "")}";
        (string Key, string Off)[] mirrors = [("augmentation.horizontal_flip", "0"), ("head.views", "1"), ("evaluation.tta", "false")];
        var values = mirrors.Where(mirror => IsAutomatic(configuration.Origin(mirror.Key))
                && ConfigurationTable.Find(mirror.Key, configuration.Value)!.Read(configuration.Value) != mirror.Off)
            .Select(mirror => new ConfigurationValue(mirror.Key, mirror.Off, reason)).ToList();
        return (values, values.Count == 0 ? null : $"no picture is mirrored: {reason}");
    }

    private static bool IsAutomatic(string origin) => origin is "default" || origin.StartsWith("recipe ", StringComparison.Ordinal)
        || origin.StartsWith(AugmentationPresets.Origin, StringComparison.Ordinal);

    /// <summary>The names of classes that a mirror image would not belong to any more: directions, arrows, digits, letters.</summary>
    internal static IReadOnlyList<string> DirectionalNames(IReadOnlyList<string> classes)
    {
        var said = classes.Where(name => Words().Matches(name).Any(word => Directional().IsMatch(word.Value))).ToList();
        var signs = classes.Where(name => (name.Length == 1 && char.IsAsciiLetterOrDigit(name[0])) || Numbers.Contains(name.ToLowerInvariant())).ToList();
        return signs.Count > 1 ? [.. said.Union(signs)] : said;
    }

    // "turnLeft", "turn_left" and "TURN-LEFT" are two words each.
    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+")]
    private static partial Regex Words();

    [GeneratedRegex(@"\A(left|right|east|west|(anti|counter)?clockwise|arrows?|digits?|letters?|numbers?)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Directional();
}
