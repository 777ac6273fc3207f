namespace Weft.Training.Tests;

public sealed class TrainedModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_checkpoint_that_was_copied_somewhere_else_predicts_as_in_its_run()
    {
        var reference = Trained("evaluation.tta=true");
        var copy = _folder.In("elsewhere.safetensors");
        File.Copy(reference.Path, copy);
        var inRun = Predictions(reference.ReadModel());
        Assert.Equal(inRun, Predictions(TrainedModel.Load(copy)));
        using var stream = File.OpenRead(copy);
        Assert.Equal(inRun, Predictions(TrainedModel.Load(stream)));
    }

    [Fact]
    public void A_saved_model_has_the_same_bits_and_nothing_of_the_training()
    {
        var reference = Trained("optimizer.name=adam");
        var model = reference.ReadModel();
        var (file, again) = (_folder.In("model.safetensors"), _folder.In("again.safetensors"));
        model.Save(file);
        var loaded = TrainedModel.Load(file);
        loaded.Save(again);
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(again));
        Assert.Equal(Predictions(model), Predictions(loaded));
        Assert.Equal(model.Classes, loaded.Classes);
        Assert.True(new FileInfo(file).Length < new FileInfo(reference.Path).Length / 2);
        Assert.DoesNotContain(SafetensorsReader.Read(File.ReadAllBytes(file)).Entries, entry => entry.Name.StartsWith("optimizer", StringComparison.Ordinal));
        using var stream = new MemoryStream();
        model.Save(stream);
        Assert.Equal(File.ReadAllBytes(file), stream.ToArray());
    }

    [Fact]
    public void A_model_is_saved_under_a_name_without_a_folder_and_into_a_folder_that_is_new()
    {
        var model = Trained().ReadModel();
        var bare = $"{Guid.NewGuid():N}.safetensors";
        try
        {
            model.Save(bare);
            Assert.Equal(Predictions(model), Predictions(TrainedModel.Load(bare)));
        }
        finally
        {
            File.Delete(bare);
        }

        model.Save(_folder.In("new/model.safetensors"));
        Assert.Equal(Predictions(model), Predictions(TrainedModel.Load(_folder.In("new/model.safetensors"))));
    }

    [Fact]
    public void A_damaged_model_is_refused_wherever_the_damage_is()
    {
        var file = _folder.In("model.safetensors");
        Trained().ReadModel().Save(file);
        var whole = File.ReadAllBytes(file);
        for (var place = 0; place < whole.Length; place += Math.Max(1, whole.Length / 97))
        {
            byte[] damaged = [.. whole];
            damaged[place] ^= 0x10;
            Assert.Throws<WeftException>(() => TrainedModel.Load(new MemoryStream(damaged)));
        }

        Assert.Throws<WeftException>(() => TrainedModel.Load(_folder.In("missing.safetensors")));
    }

    [Fact]
    public void Several_threads_predict_from_one_model_with_the_same_bits()
    {
        var model = Trained().ReadModel();
        var expected = Predictions(model);
        var found = new float[4][];
        Parallel.For(0, found.Length, i => found[i] = Predictions(model));
        Assert.All(found, row => Assert.Equal(expected, row));
    }

    public void Dispose() => _folder.Dispose();

    private CheckpointReference Trained(params string[] settings)
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration([.. settings, "training.epochs=1"]));
        return new RunStore(_folder.In("runs")).FindCheckpoint("run");
    }

    private static float[] Predictions(TrainedModel model)
    {
        var samples = TinyTraining.Dataset().Train;
        using var predictor = new Predictor(model, threads: 1);
        return [.. predictor.Predict([.. Enumerable.Range(0, 20).Select(i => samples.Image(i).ToArray())]).SelectMany(prediction => prediction.Probabilities)];
    }
}
