using System.Text.Json;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>The verbs in a process of their own, with a cache and a package folder of their own.</summary>
public sealed class ModelsCommandTests : IDisposable
{
    private readonly TempFolder _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void List_says_what_is_known_and_what_is_here()
    {
        var (code, list) = Json("models list");
        Assert.Equal(0, code);
        var known = Assert.Single(list.GetProperty("models").EnumerateArray());
        Assert.Equal(("resnet18-cntk", "MIT", 63_653_533), (known.GetProperty("name").GetString(), known.GetProperty("licence").GetString(),
            known.GetProperty("bytes").GetInt64()));
        Assert.Equal(JsonValueKind.Null, known.GetProperty("file").ValueKind);
    }

    [Fact]
    public void What_was_imported_is_listed_and_named_with_what_was_not_taken()
    {
        var file = Write("theirs.safetensors", "module.");
        var (code, made) = Json($"models import {file} --as mine --licence CC-BY");
        Assert.Equal(0, code);
        Assert.Equal(("mine", "small", "theirs.safetensors", "CC-BY"), (made.GetProperty("name").GetString(), made.GetProperty("network").GetString(),
            made.GetProperty("source").GetString(), made.GetProperty("licence").GetString()));
        Assert.Equal(["module.fc.weight"], made.GetProperty("left_over").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("conv1.weight", made.GetProperty("taken").GetProperty("module.conv1.weight").GetString());
        var path = made.GetProperty("file").GetString()!;
        Assert.Equal("small", PretrainedWeights.Read(path).Metadata.Network);
        var listed = Json("models list").Document.GetProperty("models").EnumerateArray().Last();
        Assert.Equal(("mine", path), (listed.GetProperty("name").GetString(), listed.GetProperty("file").GetString()));
        Assert.Equal(path, Json("models get mine").Document.GetProperty("file").GetString());
    }

    [Theory]
    [InlineData("models get resnet18-cntkk", 2, "did you mean 'resnet18-cntk'?")]
    [InlineData("models get ../x", 2, "cannot be a model's name")]
    [InlineData("models import none.onnx --as x", 41, "cannot be read")]
    [InlineData("models import /dev/null --as x", 41, "cannot be read")]
    public void Mistakes_have_the_contracts_form(string line, int code, string text)
    {
        var (found, _, error) = WeftProcess.Shell($"{Surroundings}$WEFT {line}");
        Assert.Equal(code, found);
        Assert.StartsWith($"error[{code} ", error);
        Assert.Contains(text, error);
    }

    [Fact]
    public void Where_packages_cannot_be_fetched_nothing_is_left_behind()
    {
        // A package manager that fails.
        var program = _place.At("dotnet");
        File.WriteAllText(program, "#!/bin/sh\necho 'the feed is down'; exit 1\n");
        var (code, _, error) = WeftProcess.Shell(
            $"chmod +x {program}; export DOTNET_ROOT=$(dirname $(readlink -f $(command -v dotnet))); "
            + $"{Surroundings}PATH={_place.Path}:$PATH $WEFT models get resnet18-cntk");
        Assert.Equal(12, code);
        Assert.Contains("the feed is down", error);
        Assert.Empty(Directory.EnumerateFiles(_place.At("cache"), "*", SearchOption.AllDirectories));
    }

    private string Surroundings => $"XDG_CACHE_HOME={_place.At("cache")} NUGET_PACKAGES={_place.At("packages")} ";

    private (int Code, JsonElement Document) Json(string line)
    {
        var (code, output, error) = WeftProcess.Shell($"{Surroundings}$WEFT {line} --json");
        Assert.True(code == 0, error);
        return (code, JsonDocument.Parse(output).RootElement);
    }

    private string Write(string name, string prefix)
    {
        var rng = Rng.For(3, RngPurpose.Initialization);
        var tensors = BackboneTensors.Of("small").Shapes.Select(tensor => new TensorSource(prefix + tensor.Key, tensor.Value, values =>
        {
            for (var i = 0; i < values.Length; i++)
                values[i] = (float)(tensor.Key.StartsWith("conv", StringComparison.Ordinal) ? rng.Uniform(i, -0.2, 0.2) : rng.Uniform(i, 0.5, 1));
        }));
        using var file = File.Create(_place.At(name));
        SafetensorsWriter.Write(file, [.. tensors, new TensorSource(prefix + "fc.weight", [3, 64], values => values.Clear())], []);
        return _place.At(name);
    }
}
