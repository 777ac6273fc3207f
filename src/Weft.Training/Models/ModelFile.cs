using System.Text;
using System.Text.RegularExpressions;

namespace Weft.Training;

/// <summary>
/// A network in a text file: <c>name</c>, <c>input</c> (both may be left out) and <c>layers</c>, in plain YAML. The layers and their keys are the engine's
/// own in snake case; <see cref="ModelFileSchema"/> lists them.
/// </summary>
public static partial class ModelFile
{
    /// <summary>Whether a model's name means a file: it ends in .yaml or .yml.</summary>
    public static bool IsPath(string model) =>
        model.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || model.EndsWith(".yml", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a network for data of so many classes and that shape.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: no such file, or every mistake in it with its line.</exception>
    public static NetworkDescription Read(string path, int classes, FeatureShape input)
    {
        string text;
        try
        {
            text = Encoding.UTF8.GetString(RegularFile.ReadAllBytes(path, YamlTree.MaximumBytes)).TrimStart('\uFEFF');
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new WeftException(ErrorKind.InvalidInput, "the model file cannot be read", cause)
            {
                Where = path, Expected = "a YAML file", Found = cause.Message, Safe = "nothing was touched",
                Next = new Advice("see docs/model-files.md for an example"),
            };
        }

        return Parse(text, path, classes, input);
    }

    /// <param name="text">The file's contents.</param>
    /// <param name="origin">Named in messages; without a <c>name</c> in the text, its last part names the network.</param>
    /// <param name="classes">What the network has to tell apart: the length of its output, and what the word <c>classes</c> stands for.</param>
    /// <param name="input">The shape of one image.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: every mistake with its line, or the first layer that does not fit.</exception>
    public static NetworkDescription Parse(string text, string origin, int classes, FeatureShape input)
    {
        var reader = new ModelFileReader(origin, classes, input, NameOf(origin));
        var description = reader.Read(text);
        if (description is null)
            throw Mistakes.ToError(reader.Problems, "the model file");
        FeatureShape output;
        try
        {
            output = description.InferOutput();
        }
        catch (NetworkException wrong)
        {
            throw NetworkErrors.ToError(wrong, reader.Where(wrong.Layer));
        }

        return output.Channels == classes
            ? description
            : throw new WeftException(ErrorKind.InvalidInput, $"the network {description.Name} does not fit the data")
            {
                Where = origin, Expected = $"{classes} outputs, one a class", Found = $"{output.Channels}", Safe = "nothing was touched",
                Next = new Advice($"end it with - linear: {ModelFileReader.ClassesWord}"),
            };
    }

    /// <summary>The file that <see cref="Read"/> turns into an equal description.</summary>
    /// <exception cref="ArgumentException">A name in the description could not be read back.</exception>
    public static string Write(NetworkDescription description) => IsName(description.Name)
        ? ModelFileWriter.Write(description)
        : throw new ArgumentException($"A model file cannot hold the name '{description.Name}'.", nameof(description));

    internal static bool IsName(string text) => NameForm().IsMatch(text);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
    private static partial Regex NameForm();

    private static string NameOf(string path)
    {
        var name = new string([.. Path.GetFileNameWithoutExtension(path)
            .Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' ? letter : '-')]).Trim('-', '_');
        return name.Length == 0 ? "network" : name[..Math.Min(name.Length, 64)];
    }
}
