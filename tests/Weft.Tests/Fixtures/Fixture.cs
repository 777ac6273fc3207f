using System.Text.Json;

namespace Weft.Tests.Fixtures;

/// <summary>A file that generate.py has written: tensors, and JSON values in the metadata.</summary>
internal sealed class Fixture(string name)
{
    private readonly SafetensorsReader _file = Open(name);

    public double[] Tensor(string key) => _file.Find(key) is { } entry
        ? [.. _file.ReadFloats(entry).Values.ToArray().Select(value => (double)value)]
        : throw new KeyNotFoundException($"{name} has no tensor {key}.");

    public bool Has(string key) => _file.Find(key) is not null;

    public T Metadata<T>(string key) => JsonSerializer.Deserialize<T>(_file.Metadata[key])!;

    private static SafetensorsReader Open(string name)
    {
        using var stream = File.OpenRead(Path(name));
        return SafetensorsReader.Read(stream);
    }

    public static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", name);
}
