namespace Weft.Training.Tests;

public sealed class ConfigurationResolverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Later_sources_win_and_every_value_tells_where_it_came_from()
    {
        var file = File("my.yaml", "recipe: cnn5\noptimizer:\n  # a comment\n  learning_rate: 0.02\n  beta1: 0.8\ntraining.epochs: 7\n");
        var resolved = ConfigurationResolver.Resolve(new ConfigurationSources
        {
            File = file,
            Overrides = [new("training.epochs", "9", "--epochs"), ConfigurationResolver.ParseSet(" optimizer.beta1 = 0.7 ")],
        });

        Assert.Equal(("cnn5", 9), (resolved.Value.Model.Name, resolved.Value.Training.Epochs));
        Assert.Equal(new AdamWOptions { LearningRate = 0.02, Beta1 = 0.7, WeightDecay = 0.05 }, resolved.Value.Optimizer);
        Assert.Equal("tuned/cnn5", resolved.RecipeName);
        Assert.Equal("recipe tuned/cnn5", resolved.Origin("model.name"));
        Assert.Equal($"file {file}:4", resolved.Origin("optimizer.learning_rate"));
        Assert.Equal("--epochs", resolved.Origin("training.epochs"));
        Assert.Equal("--set", resolved.Origin("optimizer.beta1"));
        Assert.Equal("default", resolved.Origin("data.split_seed"));
    }

    [Theory]
    [InlineData("cnn5", "plain/cnn5")]
    [InlineData("cnn4", "plain/cnn4")]
    [InlineData("small", "tuned/default")]
    [InlineData("googlenet", "tuned/googlenet-adam")]
    [InlineData("rescnn", "tuned/best")]
    [InlineData("resnet9", "tuned/resnet9")]
    public void A_model_alone_brings_its_recipe(string model, string recipe) => Assert.Equal(recipe, Resolve($"model.name={model}").RecipeName);

    [Fact]
    public void Nothing_at_all_is_the_default_recipe() => Assert.Equal(("tuned/default", "small"), (Resolve().RecipeName, Resolve().Value.Model.Name));

    [Fact]
    public void Every_recipe_resolves() =>
        Assert.All(Recipe.Names, name => Assert.Equal(name, ConfigurationResolver.Resolve(new ConfigurationSources { Recipe = name }).RecipeName));

    [Fact]
    public void All_mistakes_are_reported_together()
    {
        var error = Refused("optimizer.momentum=1.5", "augmentation.rotation=400", "early_stopping.patience=0",
            "training.epochs=-3", "optimizer.learning_rate=NaN",
            "training.batch_size=12.5", "optimizer.nesterov=yes", "schedule.name=onecycle", "learning_rate=0.1");

        Assert.Equal(9, error.Problems.Count);
        Assert.Contains(new Problem("optimizer.momentum (--set)", "a number in [0, 1)", "'1.5'"), error.Problems);
        var unknown = Assert.Single(error.Problems, problem => problem.Where == "schedule.name (--set)");
        Assert.StartsWith("one of constant, cosine, exponential, ", unknown.Expected);
        Assert.EndsWith("; did you mean one_cycle?", unknown.Expected);
        Assert.Contains(new Problem("--set", "did you mean optimizer.learning_rate?", "unknown key learning_rate"), error.Problems);
        Assert.All(error.Problems, problem => Assert.True(problem.Where.Length > 0 && problem.Expected.Length > 0 && problem.Found.Length > 0));
    }

    [Theory]
    [InlineData("model.depth=16", "model.depth")]
    [InlineData("model.normalization=bach", "model.normalization")]
    [InlineData("model.activation=swish", "model.activation")]
    [InlineData("model.spatial_dropout=1", "model.spatial_dropout")]
    [InlineData("training.ema_decay=1", "training.ema_decay")]
    [InlineData("early_stopping.metric=accuracy", "early_stopping.metric")]
    [InlineData("augmentation.enabled=maybe", "augmentation.enabled")]
    public void Nonsense_is_refused_at_its_key(string set, string key) => Assert.StartsWith(key, Assert.Single(Refused(set).Problems).Where);

    [Fact]
    public void A_model_file_and_a_key_that_would_change_the_model_do_not_go_together()
    {
        var problem = Assert.Single(Refused("model.name=net.yaml", "model.activation=mish").Problems);

        Assert.Equal(("model.activation (--set)", "mish"), (problem.Where, problem.Found));
    }

    [Theory]
    [InlineData("optimizer.lerning_rate", "optimizer.learning_rate")]
    [InlineData("optimiser.momentum", "optimizer.momentum")]
    [InlineData("batchsize", "training.batch_size")]
    [InlineData("training.batch-size", "training.batch_size")]
    public void Unknown_keys_bring_a_suggestion(string typed, string meant) =>
        Assert.Equal($"did you mean {meant}?", Assert.Single(Refused($"{typed}=1").Problems).Expected);

    [Fact]
    public void A_key_like_no_other_brings_no_suggestion() => Assert.DoesNotContain("did you mean", Assert.Single(Refused("zzzzqqqq=1").Problems).Expected);

    [Theory]
    [InlineData("optimizer.learning_rate", "Infinity")]
    [InlineData("optimizer.learning_rate", "-0.1")]
    [InlineData("optimizer.learning_rate", "0")]
    [InlineData("optimizer.learning_rate", "1e400")]
    [InlineData("optimizer.learning_rate", "0,1")]
    [InlineData("optimizer.learning_rate", "none")]
    [InlineData("training.seed", "-1")]
    [InlineData("training.seed", "9223372036854775808")]
    [InlineData("training.epochs", "1e3")]
    [InlineData("training.batch_size", "0")]
    [InlineData("training.threads", "100000")]
    [InlineData("loss.label_smoothing", "1")]
    [InlineData("model.name", "resnet")]
    [InlineData("model.dropout", "1")]
    [InlineData("data.limit_train", "0")]
    [InlineData("early_stopping.metric", "test_accuracy")]
    [InlineData("data.name", "a\nb")]
    public void Values_out_of_range_are_refused(string key, string text) =>
        Assert.StartsWith(key + " ", Assert.Single(Refused($"{key}={text}").Problems).Where);

    [Fact]
    public void Keys_that_do_not_go_together_are_refused()
    {
        Assert.Contains("optimizer.nesterov", Refused("optimizer.nesterov=true", "optimizer.momentum=0").Where);
        Assert.Contains("optimizer.sam_last_epochs", Refused("optimizer.sam_last_epochs=2").Where);
        Assert.Contains("early_stopping.start_epoch", Refused("early_stopping.patience=3", "early_stopping.start_epoch=9", "training.epochs=8").Where);
        Assert.Contains("augmentation.random_erasing_maximum_area",
            Refused("augmentation.random_erasing=0.5", "augmentation.random_erasing_maximum_area=0.01").Where);
    }

    [Fact]
    public void The_written_file_reads_back_to_the_same_values()
    {
        var resolved = Resolve(
            "model.name=cnn4", "optimizer.learning_rate=0.0123456789", "data.folder=/tmp/a \"b\" c: #d \\e", "training.threads=3", "early_stopping.patience=4",
            "optimizer.clip_norm=1e-12", "augmentation.shift_width=0.05", "data.name=true");
        var read = ConfigurationResolver.Resolve(new ConfigurationSources { File = File("config.yaml", resolved.ToYaml()) });

        Assert.Equal(resolved.Value, read.Value);
        Assert.Empty(ConfigurationComparison.Of(resolved.Value, read.Value));
        Assert.Contains("learning_rate: 0.0123456789  # --set\n", resolved.ToYaml());
        Assert.Contains("momentum: 0.9  # recipe plain/cnn4\n", resolved.ToYaml());
        Assert.Contains("split_seed: 0  # default\n", resolved.ToYaml());
    }

    [Fact]
    public void Every_key_survives_writing_and_reading_at_both_ends_of_its_range()
    {
        foreach (var key in ConfigurationTable.Keys.Where(key => key.Kind is ValueKind.Number or ValueKind.Integer))
        {
            foreach (var end in new[] { key.AboveMinimum ? key.Minimum + 1e-9 : key.Minimum, key.BelowMaximum ? key.Maximum - 1e-9 : key.Maximum })
            {
                var text = key.Kind == ValueKind.Integer ? ((decimal)Math.Min(end, 1e15)).ToString()
                    : end.ToString(System.Globalization.CultureInfo.InvariantCulture);
                var start = key.OwnerName is { } owner ? Resolve($"{key.Section}.name={owner}").Value : new RunConfiguration();
                var changed = key.TrySet(start, text);
                Assert.True(changed is not null, $"{key.Name}={text}");
                Assert.Equal(changed, key.TrySet(start, key.Read(changed)));
            }
        }
    }

    [Theory]
    [InlineData("optimizer: [1, 2]", "one value for optimizer")]
    [InlineData("optimizer: &a\n  momentum: 0.5", "without tags and anchors")]
    [InlineData("optimizer:\n  momentum: !!float 0.5", "without tags and anchors")]
    [InlineData("optimizer:\n  <<: {}", "a key")]
    [InlineData("a: &x 1\nb: *x", "without tags and anchors")]
    [InlineData("- a\n- b", "key: value lines")]
    [InlineData("just text", "key: value lines")]
    [InlineData("training.epochs: 1\n---\ntraining.epochs: 2", "one document")]
    [InlineData("training:\n  epochs: 1\ntraining.epochs: 2", "training.epochs once")]
    [InlineData("a: 'open", "YAML")]
    [InlineData("a: b: c", "YAML")]
    public void Only_the_plain_subset_of_YAML_is_read(string text, string expected)
    {
        var error = Assert.Throws<WeftException>(() => ConfigurationResolver.Resolve(new ConfigurationSources { File = File("bad.yaml", text) }));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains(error.Problems, problem => problem.Expected.Contains(expected) && problem.Where.Contains("bad.yaml"));
    }

    [Fact]
    public void Deep_nesting_ends_in_an_error_and_not_in_a_crash()
    {
        var text = string.Concat(Enumerable.Range(0, 5000).Select(i => new string(' ', i) + "a:\n"));
        Assert.Throws<WeftException>(
            () => ConfigurationResolver.Resolve(new ConfigurationSources { File = File("deep.yaml", text[..Math.Min(text.Length, 1 << 20)]) }));
        Assert.Throws<WeftException>(() => ConfigurationResolver.Resolve(new ConfigurationSources { File = File("flow.yaml", new string('{', 100_000)) }));
    }

    [Fact]
    public void Random_damage_never_ends_in_anything_but_a_message()
    {
        var text = TinyTraining.Configuration().ToYaml();
        var rng = Rng.For(1, RngPurpose.Analysis);
        for (var round = 0; round < 500; round++)
        {
            var draw = rng.Derive(round);
            var damaged = text.ToCharArray();
            for (var i = 0; i < 3; i++)
                damaged[draw.Int(i, damaged.Length)] = (char)(draw.Int(20 + i, 4) == 0 ? 10 : 32 + draw.Int(10 + i, 95));
            try
            {
                ConfigurationResolver.Resolve(new ConfigurationSources { File = File("damaged.yaml", new string(damaged)) });
            }
            catch (WeftException error)
            {
                Assert.Equal(ErrorKind.InvalidInput, error.Kind);
            }
        }
    }

    [Fact]
    public void A_file_with_comments_only_sets_nothing() =>
        Assert.Equal(Resolve().Value, ConfigurationResolver.Resolve(new ConfigurationSources { File = File("c.yaml", "# nothing\n") }).Value);

    [Fact]
    public void A_missing_file_and_an_unknown_recipe_are_refused()
    {
        Assert.Equal(ErrorKind.InvalidInput,
            Assert.Throws<WeftException>(() => ConfigurationResolver.Resolve(new ConfigurationSources { File = _folder.In("none.yaml") })).Kind);
        var error = Assert.Throws<WeftException>(() => ConfigurationResolver.Resolve(new ConfigurationSources { Recipe = "cnn55" }));
        Assert.Contains("did you mean 'cnn5'?", error.What);
    }

    [Fact]
    public void The_comparison_names_the_keys_that_differ() => Assert.Equal(
        [new ConfigurationDifference("training.epochs", "3", "4"), new ConfigurationDifference("optimizer.clip_norm", "none", "1.5")],
        ConfigurationComparison.Of(Resolve("training.epochs=3").Value, Resolve("training.epochs=4", "optimizer.clip_norm=1.5").Value));

    [Fact]
    public void The_schema_has_every_key_with_type_and_range()
    {
        var schema = System.Text.Json.Nodes.JsonNode.Parse(ConfigurationSchema.Json())!["properties"]!;

        Assert.Contains("tuned/cnn5", schema["recipe"]!["enum"]!.AsArray().Select(name => (string?)name));
        Assert.Matches((string)schema["model"]!["properties"]!["name"]!["anyOf"]![1]!["pattern"]!, "nets/my-net.yaml");
        Assert.All(ConfigurationTable.Keys, key => Assert.NotNull(schema[key.Name.Split('.')[0]]!["properties"]![key.Name.Split('.')[1]]!["description"]));
        Assert.Equal(1, (double)schema["optimizer"]!["properties"]!["momentum"]!["exclusiveMaximum"]!);
        Assert.Equal(10, (double)schema["augmentation"]!["properties"]!["mixup"]!["maximum"]!);
        Assert.StartsWith("rmsprop, sgd: ", (string?)schema["optimizer"]!["properties"]!["momentum"]!["description"]);
        Assert.Null(schema["schedule"]!["properties"]!["factor"]!["default"]);
        Assert.Equal(0, (double)schema["optimizer"]!["properties"]!["learning_rate"]!["exclusiveMinimum"]!);
    }

    private static ResolvedConfiguration Resolve(params string[] sets) =>
        ConfigurationResolver.Resolve(new ConfigurationSources { Overrides = [.. sets.Select(ConfigurationResolver.ParseSet)] });

    private static WeftException Refused(params string[] sets)
    {
        var error = Assert.Throws<WeftException>(() => Resolve(sets));
        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        return error;
    }

    private string File(string name, string text)
    {
        System.IO.File.WriteAllText(_folder.In(name), text);
        return _folder.In(name);
    }
}
