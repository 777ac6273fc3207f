using System.Text.Json;

namespace Weft.Training.Tests;

public sealed class CheckpointFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reading_gives_back_what_was_written_and_writing_it_again_the_same_bytes()
    {
        var checkpoint = Tiny();
        var bytes = CheckpointFile.ToBytes(checkpoint.ToSource());
        var read = CheckpointFile.Parse(bytes, "here");

        Assert.Equal(bytes, CheckpointFile.ToBytes(read.ToSource()));
        Assert.Equal(checkpoint.Position.Best, read.Position.Best);
        Assert.Equal(checkpoint.Position.LossSum, read.Position.LossSum);
        Assert.Equal(checkpoint.Model.Classes, read.Model.Classes);
        Assert.Equal(checkpoint.Model.Preprocessing.Mean, read.Model.Preprocessing.Mean);
        Assert.Equal(NetworkDescriptionJson.Write(checkpoint.Model.Description), NetworkDescriptionJson.Write(read.Model.Description));
        Assert.Equal(checkpoint.Model.Weights.Select(tensor => tensor.Name), read.Model.Weights.Select(tensor => tensor.Name));
        Assert.Equal(checkpoint.OptimizerStepCount, read.OptimizerStepCount);
    }

    [Fact]
    public void It_loads_as_a_plain_state_dict()
    {
        var file = SafetensorsReader.Read(CheckpointFile.ToBytes(Tiny().ToSource()));

        Assert.Contains("conv1.weight", file.Entries.Select(entry => entry.Name));
        Assert.Contains("bn1.running_mean", file.Entries.Select(entry => entry.Name));
        Assert.All(file.Entries.Where(entry => entry.Name.StartsWith("optimizer.", StringComparison.Ordinal)), entry =>
            Assert.StartsWith("optimizer.momentum.", entry.Name));
    }

    [Fact]
    public void Every_flipped_bit_is_detected()
    {
        var bytes = CheckpointFile.ToBytes(Tiny().ToSource());
        for (var i = 0; i < bytes.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                bytes[i] ^= (byte)(1 << bit);
                Assert.True(CheckpointSeal.Verify(bytes) is not null, $"bit {bit} of byte {i}");
                bytes[i] ^= (byte)(1 << bit);
            }
        }

        Assert.Null(CheckpointSeal.Verify(bytes));
    }

    [Fact]
    public void Every_truncation_and_every_addition_is_detected()
    {
        var bytes = CheckpointFile.ToBytes(Tiny().ToSource());
        for (var length = 0; length < bytes.Length; length += length < 200 ? 1 : 37)
            Assert.Equal(ErrorKind.NoValidCheckpoint, Assert.Throws<WeftException>(() => CheckpointFile.Parse(bytes[..length], "here")).Kind);
        Assert.Equal(ErrorKind.NoValidCheckpoint, Assert.Throws<WeftException>(() => CheckpointFile.Parse([.. bytes, 0], "here")).Kind);
    }

    [Fact]
    public void Swapped_zeroed_and_repeated_sectors_are_detected()
    {
        const int Sector = 512;
        var original = CheckpointFile.ToBytes(Tiny().ToSource());
        var rng = new Rng(7);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = (byte[])original.Clone();
            var a = rng.Int(3 * i, bytes.Length / Sector) * Sector;
            var b = rng.Int(3 * i + 1, bytes.Length / Sector) * Sector;
            switch (rng.Int(3 * i + 2, 3))
            {
                case 0: bytes.AsSpan(a, Sector).Clear(); break;
                case 1: original.AsSpan(a, Sector).CopyTo(bytes.AsSpan(b)); break;
                default:
                    original.AsSpan(a, Sector).CopyTo(bytes.AsSpan(b));
                    original.AsSpan(b, Sector).CopyTo(bytes.AsSpan(a));
                    break;
            }

            Assert.Equal(bytes.AsSpan().SequenceEqual(original), CheckpointSeal.Verify(bytes) is null);
        }
    }

    [Fact]
    public void A_newer_format_is_refused()
    {
        var bytes = Reseal(CheckpointFile.ToBytes(Tiny().ToSource()), "\"weft.format\":\"1\"", "\"weft.format\":\"2\"");

        Assert.Equal(ErrorKind.NewerFormat, Assert.Throws<WeftException>(() => CheckpointFile.Parse(bytes, "here")).Kind);
    }

    [Fact]
    public void A_sealed_file_that_is_no_checkpoint_is_damaged_and_not_a_crash()
    {
        foreach (var (from, to) in new[] { ("\"layer\":\"Conv2d\"", "\"layer\":\"Conv9d\""), ("\"position\"", "\"position2\""),
            ("\"weft.format\":\"1\"", "\"weft.format\":\"x\""), ("\"output_channels\":4", "\"output_channels\":[]"),
            ("\"policy_states\"", "\"policies\"") })
        {
            var original = CheckpointFile.ToBytes(Tiny().ToSource());
            var changed = ReplaceInHeader(original, from, to);
            Assert.Equal(ErrorKind.NoValidCheckpoint, Assert.Throws<WeftException>(() => CheckpointFile.Parse(changed, "here")).Kind);
        }
    }

    [Fact]
    public void A_checkpoint_of_another_network_is_refused_by_the_first_tensor_that_differs()
    {
        var checkpoint = Tiny();
        using var plan = TinyTraining.Begin(_folder, TinyTraining.Configuration("model.width=0.25"), "wider");
        using var adam = TinyTraining.Begin(_folder, TinyTraining.Configuration("optimizer.name=adam"), "adam");

        var error = Assert.Throws<WeftException>(() => checkpoint.ApplyTo(plan.Network));
        Assert.Equal((ErrorKind.CheckpointMismatch, "conv1.weight [8, 1, 3, 3]", "[4, 1, 3, 3]"), (error.Kind, error.Expected, error.Found));
        Assert.Equal(ErrorKind.CheckpointMismatch, Assert.Throws<WeftException>(() => checkpoint.ApplyTo(adam.Network, adam.Optimizer)).Kind);
    }

    [Fact]
    public void Every_catalog_model_survives_its_description_in_JSON()
    {
        foreach (var model in ModelCatalog.Models)
        {
            var description = model.Describe(new ModelOptions());
            var json = NetworkDescriptionJson.Write(description);
            Assert.Equal(json, NetworkDescriptionJson.Write(NetworkDescriptionJson.Read(json)));
            using var device = Device.Cpu(1);
            using var a = Network.Compile(description, device, new CompileOptions { BatchSize = 1, Training = false });
            using var b = Network.Compile(NetworkDescriptionJson.Read(json), device, new CompileOptions { BatchSize = 1, Training = false });
            Assert.Equal(a.State.Select(tensor => (tensor.Name, tensor.Length)), b.State.Select(tensor => (tensor.Name, tensor.Length)));
        }
    }

    // As a run of version 0.1 wrote it into its checkpoint.
    [Fact]
    public void A_description_of_version_0_1_is_read_and_written_byte_for_byte()
    {
        const string Text = """
            {"name":"net","input":{"height":28,"width":28,"channels":1},"body":{"layer":"Sequential","layers":[
            {"layer":"Conv2d","output_channels":64,"kernel":3,"stride":1,"padding":1,"bias":true,"name":"conv1"},{"layer":"ReLU","name":null},
            {"layer":"MaxPool2d","kernel":2,"stride":2,"padding":0,"name":null},{"layer":"AveragePool2d","kernel":3,"stride":2,"padding":1,"name":null},
            {"layer":"GroupNorm","groups":8,"epsilon":1E-05,"name":null},{"layer":"Flatten","name":null},
            {"layer":"Linear","output_features":10,"bias":true,"name":"fc"}],"name":null}}
            """;
        var text = Text.ReplaceLineEndings("");

        var description = NetworkDescriptionJson.Read(text);

        Assert.Equal(new Conv2d(64, 3) { Padding = 1, Name = "conv1" }, ((Sequential)description.Body).Layers[0]);
        Assert.Equal(text, NetworkDescriptionJson.Write(description));
    }

    [Fact]
    public void What_version_0_1_did_not_know_survives_in_JSON()
    {
        var description = new NetworkDescription("net", new FeatureShape(9, 8, 4), new Sequential(
            new Conv2d(8, (1, 7)) { Groups = 4, Dilation = (1, 2), Stride = (2, 1), Padding = new(0, 1, 2, 3) }, new MaxPool2d((2, 3)) { CeilMode = true },
            new AveragePool2d(3) { Padding = (1, 0), CountIncludePad = false }, new ChannelGate(new GlobalAveragePool()) { Name = "" }));

        var json = NetworkDescriptionJson.Write(description);

        Assert.Contains("\"kernel\":[1,7],\"stride\":[2,1],\"padding\":[0,1,2,3],\"bias\":true,\"dilation\":[1,2],\"groups\":4", json);
        Assert.Equal(((Sequential)description.Body).Layers, ((Sequential)NetworkDescriptionJson.Read(json).Body).Layers);
        foreach (var damage in (string[])["[1,7,9]", "[]", "[1.5,7]", "\"3\"", "{}", "[[1],7]", "null"])
            Assert.Throws<JsonException>(() => NetworkDescriptionJson.Read(json.Replace("[1,7]", damage)));
    }

    private Checkpoint Tiny()
    {
        if (!File.Exists(TinyTraining.Run(_folder).LastCheckpoint))
            TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=1", "model.width=0.13"));
        return CheckpointFile.Read(TinyTraining.Run(_folder).LastCheckpoint);
    }

    private static byte[] Reseal(byte[] bytes, string from, string to)
    {
        var text = System.Text.Encoding.Latin1.GetString(bytes);
        Assert.Contains(from, text);
        bytes = System.Text.Encoding.Latin1.GetBytes(text.Replace(from, to));
        CheckpointSeal.Apply(bytes);
        return bytes;
    }

    // The header may change its length; the values stay.
    private static byte[] ReplaceInHeader(byte[] bytes, string from, string to)
    {
        var length = BitConverter.ToInt32(bytes);
        var header = System.Text.Encoding.UTF8.GetString(bytes, 8, length);
        var escapedFrom = header.Contains(from) ? from : from.Replace("\"", "\\\"");
        Assert.Contains(escapedFrom, header);
        var changed = System.Text.Encoding.UTF8.GetBytes(header.Replace(escapedFrom, escapedFrom == from ? to : to.Replace("\"", "\\\"")));
        byte[] whole = [.. BitConverter.GetBytes((long)changed.Length), .. changed, .. bytes[(8 + length)..]];
        CheckpointSeal.Apply(whole);
        return whole;
    }
}
