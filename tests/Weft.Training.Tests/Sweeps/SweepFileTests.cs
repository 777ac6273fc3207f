namespace Weft.Training.Tests.Sweeps;

/// <summary>Every key, form and mistake of sweep files.</summary>
public sealed class SweepFileTests : IDisposable
{
    private const string Start = "method: random\nrun_cap: 9\nparameters:\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Key, what W&B's file says of it, and what is searched.
    public static TheoryData<string, string, string> Distributions => new()
    {
        { "optimizer.learning_rate", "{min: 0.01, max: 0.5}", "uniform 0.01 0.5" },
        { "optimizer.learning_rate", "{distribution: uniform, min: 1e-3, max: '0.1'}", "uniform 0.001 0.1" },
        { "training.epochs", "{min: 2, max: 9}", "uniform 2 9 whole" },
        { "training.epochs", "{distribution: int_uniform, min: 2, max: 2}", "uniform 2 2 whole" },
        { "model.dropout", "{distribution: q_uniform, min: 0, max: 0.5, q: 0.1}", "uniform 0 0.5 step 0.1" },
        { "training.epochs", "{distribution: q_uniform, min: 2, max: 9}", "uniform 2 9 step 1 whole" },
        { "training.batch_size", "{distribution: q_uniform, min: 32, max: 256, q: 32}", "uniform 32 256 step 32 whole" },
        { "optimizer.learning_rate", "{distribution: log_uniform_values, min: 1e-5, max: 1}", "log 1E-05 1" },
        { "optimizer.learning_rate", "{distribution: inv_log_uniform_values, min: 1e-5, max: 1}", "log 1E-05 1" },
        { "training.batch_size", "{distribution: q_log_uniform_values, min: 32, max: 256, q: 8}", "log 32 256 step 8 whole" },
        { "training.batch_size", "{distribution: log_uniform_values, min: 32, max: 256}", "log 32 256 whole" },
        { "optimizer.weight_decay", "{distribution: q_log_uniform_values, min: 1.0, max: 9}", "log 1 9 step 1" },
        { "augmentation.brightness", "{distribution: normal, mu: 1.5, sigma: 0.3}", "normal 1.5 0.3" },
        { "augmentation.brightness", "{distribution: q_normal, mu: 1.5, sigma: 0.3, q: 0.25}", "normal 1.5 0.3 step 0.25" },
        { "optimizer.learning_rate", "{distribution: log_normal, mu: -5}", "log_normal -5 1" },
        { "optimizer.learning_rate", "{distribution: q_log_normal, mu: 1, sigma: 0.1, q: 0.5}", "log_normal 1 0.1 step 0.5" },
        { "model.dropout", "{distribution: beta, a: 2, b: 5}", "beta 2 5" },
        { "augmentation.mixup", "{distribution: q_beta, q: 0.05}", "beta 1 1 step 0.05" },
        { "training.epochs", "{distribution: q_normal, mu: 20, sigma: 3}", "normal 20 3 step 1 whole" },
    };

    [Theory]
    [MemberData(nameof(Distributions))]
    public void Every_distribution_becomes_its_parameter(string key, string text, string expected)
    {
        var parameter = Assert.IsType<NumericParameter>(Assert.Single(Parse(Start + $"  {key}: {text}\n").Space.Parameters));

        var drawn = parameter.Distribution switch
        {
            UniformDistribution(var low, var high) => FormattableString.Invariant($"uniform {low} {high}"),
            LogUniformDistribution(var low, var high) => FormattableString.Invariant($"log {low} {high}"),
            NormalDistribution(var mean, var deviation) => FormattableString.Invariant($"normal {mean} {deviation}"),
            LogNormalDistribution(var mean, var deviation) => FormattableString.Invariant($"log_normal {mean} {deviation}"),
            BetaDistribution(var a, var b) => FormattableString.Invariant($"beta {a} {b}"),
            _ => "another",
        };
        Assert.Equal(key, parameter.Key);
        var step = parameter.Step is { } q ? FormattableString.Invariant($" step {q}") : "";
        Assert.Equal(expected, drawn + step + (parameter.IsInteger ? " whole" : ""));
    }

    [Fact]
    public void Choices_are_written_as_configurations_write_them_and_may_have_probabilities()
    {
        var parameters = Parse(Start + """
              optimizer.learning_rate: {values: [1e-3, 1.0e-2, "0.1"]}
              schedule: {distribution: categorical_w_probabilities, values: [cosine, one_cycle], probabilities: [0.25, 0.75]}
              optimizer.nesterov: {values: [True, no]}
              model.dropout: {values: [null, 0.5]}
            """).Space.Parameters.Cast<CategoricalParameter>().ToList();

        Assert.Equal(["model.dropout", "optimizer.learning_rate", "optimizer.nesterov", "schedule.name"], parameters.Select(parameter => parameter.Key));
        Assert.Equal(["none", "0.5"], parameters[0].Choices);
        Assert.Equal(["0.001", "0.01", "0.1"], parameters[1].Choices);
        Assert.Equal(["true", "false"], parameters[2].Choices);
        Assert.Equal([0.25, 0.75], parameters[3].Probabilities!);
        Assert.Null(parameters[0].Probabilities);
    }

    [Theory]
    [InlineData("learning_rate", "optimizer.learning_rate", "0.1")]
    [InlineData("epochs", "training.epochs", "3")]
    [InlineData("batch_size", "training.batch_size", "64")]
    [InlineData("dropout", "model.dropout", "0.1")]
    [InlineData("optimizer", "optimizer.name", "sgd")]
    [InlineData("schedule", "schedule.name", "cosine")]
    [InlineData("model", "model.name", "cnn5")]
    [InlineData("training.label_smoothing", "loss.label_smoothing", "0.1")]
    [InlineData("optimizer.beta1", "optimizer.beta1", "0.9")]
    public void A_name_is_a_key_its_last_part_or_its_section(string name, string key, string value) =>
        Assert.Equal((key, value, "here.yaml:4"), Parse($"method: grid\nparameters:\n  model.width: {{values: [1, 2]}}\n  {name}: {{value: {value}}}\n")
            .Constants.Select(constant => (constant.Key, constant.Text, constant.Origin)).Single());

    [Theory]
    [InlineData("lr", "did you mean optimizer.learning_rate?")]
    [InlineData("learning-rate", "did you mean optimizer.learning_rate?")]
    [InlineData("epoch", "did you mean training.epochs?")]
    [InlineData("batchsize", "did you mean training.batch_size?")]
    [InlineData("fc_layer_size", "a key of the configuration")]
    [InlineData("name", "the whole key: one of model.name, data.name, loss.name, optimizer.name, schedule.name")]
    [InlineData("optimiser.learning_rate", "did you mean optimizer.learning_rate?")]
    public void Other_names_are_refused_with_what_may_be_meant(string name, string expected)
    {
        var problem = Assert.Single(Refused(Start + $"  {name}: {{value: 1}}\n  model.width: {{values: [1, 2]}}\n"));

        Assert.Equal(("here.yaml:4", expected), (problem.Where, problem.Expected));
        Assert.EndsWith(name, problem.Found);
    }

    [Theory]
    [InlineData("data.name", "{values: [fashion-mnist, mnist]}", "the same data")]
    [InlineData("data.limit_train", "{min: 1000, max: 2000}", "the same data")]
    [InlineData("data.split_seed", "{values: [1, 2]}", "the same data")]
    [InlineData("data.corrections", "{values: [a.csv, b.csv]}", "the same labels")]
    [InlineData("training.threads", "{values: [1, 2]}", "does not depend on it")]
    [InlineData("training.seed", "{values: [1, 2]}", "luckiest seed")]
    [InlineData("seed", "{min: 1, max: 9}", "luckiest seed")]
    [InlineData("training.time_budget_seconds", "{values: [60, 120]}", "how fast the machine is")]
    [InlineData("training.time_budget_seconds", "{value: 60}", "how fast the machine is")]
    [InlineData("checkpoint.best_metric", "{values: [validation_loss, macro_f1]}", "not what is trained")]
    [InlineData("checkpoint.every_steps", "{values: [10, 20]}", "not what is trained")]
    [InlineData("evaluation.tta", "{values: [true, false]}", "does not use it")]
    public void What_trials_may_not_differ_by_is_refused_with_the_reason(string key, string text, string reason) =>
        Assert.Contains(reason, Assert.Single(Refused(Start + $"  {key}: {text}\n  model.width: {{values: [1, 2]}}\n")).Expected);

    [Fact]
    public void What_describes_the_data_may_be_constant()
    {
        var constants = Parse(Start + """
              data.limit_train: {value: 1000}
              training.seed: {value: 3}
              checkpoint.best_metric: {value: macro_f1}
              dropout: {values: [0.1, 0.2]}
            """).Constants;

        Assert.Equal(["data.limit_train=1000", "training.seed=3", "checkpoint.best_metric=macro_f1"], constants.Select(value => $"{value.Key}={value.Text}"));
    }

    [Theory]
    [InlineData("  learning_rate: {distribution: log_uniform, min: -9.21, max: -2.3}", 4, "log_uniform_values")]
    [InlineData("  learning_rate: {distribution: inv_log_uniform, min: 1, max: 2}", 4, "inv_log_uniform_values")]
    [InlineData("  learning_rate: {distribution: q_log_uniform, min: 1, max: 2, q: 0.1}", 4, "q_log_uniform_values")]
    [InlineData("  learning_rate: {distribution: log_unifrom_values, min: 1, max: 2}", 4, "did you mean log_uniform_values?")]
    [InlineData("  learning_rate: {distribution: [uniform], min: 1, max: 2}", 4, "one of constant, categorical")]
    [InlineData("  learning_rate: {min: 0.5, max: 0.1}", 4, "max of at least min = 0.5")]
    [InlineData("  learning_rate: {min: 0.5}", 4, "value, values, min and max, or distribution for learning_rate")]
    [InlineData("  learning_rate: {}", 4, "value, values, min and max, or distribution for learning_rate")]
    [InlineData("  learning_rate: {distribution: uniform, min: 0.5}", 4, "max for learning_rate, which is uniform")]
    [InlineData("  learning_rate: {min: 0.1, max: 0.5, q: 0.1}", 4, "only min, max with uniform")]
    [InlineData("  learning_rate: {min: 0.1, max: 0.5, mx: 0.1}", 4, "did you mean max?")]
    [InlineData("  learning_rate: {min: 0.1, max: high}", 4, "a number for max")]
    [InlineData("  learning_rate: {min: 0.1, max: .inf}", 4, "a number for max")]
    [InlineData("  learning_rate: {min: 0.0, max: 0.5}", 4, "a range of optimizer.learning_rate within what it allows")]
    [InlineData("  learning_rate: {min: 0.1, max: [1]}", 4, "a number for max")]
    [InlineData("  learning_rate:\n    distribution: q_uniform\n    min: 0.1\n    max: 1\n    q: 0", 8, "q above 0")]
    [InlineData("  learning_rate: {distribution: log_uniform_values, min: 0, max: 0.5}", 4, "min above 0")]
    [InlineData("  learning_rate: {distribution: int_uniform, min: 1, max: 1.5}", 4, "whole numbers for min and max")]
    [InlineData("  learning_rate: {distribution: normal, mu: 0.1, sigma: 0.05}", 4, "a range of optimizer.learning_rate within what it allows")]
    [InlineData("  learning_rate: {distribution: log_normal, sigma: 0}", 4, "sigma above 0")]
    [InlineData("  dropout: {distribution: beta, a: -1}", 4, "a and b above 0")]
    [InlineData("  dropout: {min: 0.1, max: 1.0}", 4, "a range of model.dropout within what it allows, a number in [0, 1), or none")]
    [InlineData("  epochs: {min: 1.0, max: 9.0}", 4, "whole numbers for training.epochs")]
    [InlineData("  epochs: {distribution: normal, mu: 50, sigma: 1}", 4, "whole numbers for training.epochs")]
    [InlineData("  epochs: {distribution: q_uniform, min: 1, max: 9, q: 0.5}", 4, "whole numbers for training.epochs")]
    [InlineData("  epochs: {distribution: q_uniform, min: 3, max: 5, q: 6}", 4, "a multiple of q = 6 between min and max")]
    [InlineData("  dropout: {distribution: q_uniform, min: 0.1, max: 0.2, q: 0.25}", 4, "a multiple of q = 0.25 between min and max")]
    [InlineData("  optimizer: {min: 1, max: 3}", 4, "values for optimizer.name, which is one of adam")]
    [InlineData("  optimizer.nesterov: {min: 0, max: 1}", 4, "values for optimizer.nesterov, which is true or false")]
    [InlineData("  optimizer: {values: [adam, sgdd]}", 4, "did you mean sgd?")]
    [InlineData("  optimizer: {values: [adam, {sgd: 1}]}", 4, "one of adam")]
    [InlineData("  optimizer: {values: []}", 4, "a list of 1 to 1000 values")]
    [InlineData("  optimizer: {values: adam}", 4, "a list of 1 to 1000 values")]
    [InlineData("  learning_rate: {values: [0.1, 1e-1]}", 4, "each value of optimizer.learning_rate once")]
    [InlineData("  epochs: {value: 3.5}", 4, "a whole number in [1, 100000] for training.epochs")]
    [InlineData("  epochs: {value: [3]}", 4, "a whole number in [1, 100000] for training.epochs")]
    [InlineData("  epochs: 3", 4, "value, values, or min and max for epochs")]
    [InlineData("  optimizer: {values: [adam, sgd], probabilities: [0.5, 0.4]}", 4, "whose sum is 1")]
    [InlineData("  optimizer: {values: [adam, sgd], probabilities: [1]}", 4, "a list of 2 probabilities")]
    [InlineData("  optimizer: {values: [adam, sgd], probabilities: [2, -1]}", 4, "a list of 2 probabilities")]
    [InlineData("  optimizer: {values: [adam, sgd], probabilities: half}", 4, "a list of 2 probabilities")]
    [InlineData("  optimizer: {distribution: categorical_w_probabilities, values: [adam, sgd]}", 4, "probabilities for optimizer")]
    [InlineData("  learning_rate: {values: [0.1, 0.2]}\n  optimizer.learning_rate: {value: 1}", 5, "optimizer.learning_rate once")]
    [InlineData("  optimizer: {parameters: {momentun: {value: 0.9}}}", 4, "did you mean optimizer.momentum?")]
    public void Each_mistake_of_a_parameter_is_named_with_its_line(string parameters, int line, string expected)
    {
        var problem = Assert.Single(Refused($"{Start}{parameters}\n"));

        Assert.Equal($"here.yaml:{line}", problem.Where);
        Assert.Contains(expected, problem.Expected);
    }

    [Theory]
    [InlineData("method: hyperopt\nrun_cap: 2", "one of grid, random, bayes, sobol for method")]
    [InlineData("method: baies\nrun_cap: 2", "did you mean bayes?")]
    [InlineData("run_cap: 2", "method: one of grid, random, bayes, sobol")]
    [InlineData("method: random", "run_cap: how many trials there are, which random needs")]
    [InlineData("method: bayes\nrun_cap: 0", "a whole number of at least 1 for run_cap")]
    [InlineData("method: grid\nrun_cap: 1e2", "a whole number of at least 1 for run_cap")]
    [InlineData("method: grid\nmetric: validation_loss", "metric with name, goal, target")]
    [InlineData("method: grid\nmetric: {goal: minimize}", "metric with name: one of ")]
    [InlineData("method: grid\nmetric: {name: loss}", "macro_f1, validation_accuracy, validation_loss")]
    [InlineData("method: grid\nmetric: {name: accuracy}", "macro_f1, validation_accuracy, validation_loss")]
    [InlineData("method: grid\nmetric: {name: val_f1}", "macro_f1, validation_accuracy, validation_loss")]
    [InlineData("method: grid\nmetric: {name: val_loss, goal: maximize}", "goal: minimize")]
    [InlineData("method: grid\nmetric: {name: val_acc, goal: minimize}", "goal: maximize")]
    [InlineData("method: grid\nmetric: {name: val_acc, target: high}", "a number for target")]
    [InlineData("method: grid\nmetric: {name: val_acc, gaol: minimize}", "did you mean goal?")]
    [InlineData("method: grid\nmetrics: [{name: val_acc}]", "one metric")]
    [InlineData("method: grid\nearly_stop: {type: hyperband}", "one of method, metric")]
    [InlineData("method: grid\nparamaters: {}", "did you mean parameters?")]
    [InlineData("method: grid\nname: [a]", "a text of at most 4096 characters for name")]
    [InlineData("method: grid\nweft: 3", "weft with seed, parallel")]
    [InlineData("method: grid\nweft: {seed: -1}", "a whole number of at least 0 for seed")]
    [InlineData("method: grid\nweft: {paralel: 8}", "did you mean parallel?")]
    [InlineData("method: grid\nweft: {parallel: free}", "a whole number of at least 1 and at most 100000 for parallel")]
    [InlineData("method: grid\nweft: {keep_best: 0}", "a whole number of at least 1 for keep_best")]
    [InlineData("method: grid\nweft: {retries: 0}", "a whole number of at least 1 and at most 100 for retries")]
    [InlineData("method: grid\nweft: {recipe: tuned/cnn55}", "did you mean tuned/cnn5?")]
    [InlineData("method: grid\nweft: {fidelity: squeezd}", "did you mean squeezed?")]
    public void Each_mistake_outside_of_parameters_is_named(string text, string expected) =>
        Assert.Contains(Refused(text + "\nparameters:\n  dropout: {values: [0.1, 0.2]}\n"), problem => problem.Expected.Contains(expected));

    [Theory]
    [InlineData("{type: hyperband, min_iter: 3}", "HyperbandPruner { MinimumEpochs = 3, MaximumEpochs = , Bands = 1, Eta = 3, Strict = True }")]
    [InlineData("{type: hyperband, min_iter: 2, strict: false}", "HyperbandPruner { MinimumEpochs = 2, MaximumEpochs = , Bands = 1, Eta = 3, Strict = False }")]
    [InlineData("{type: hyperband, max_iter: 27, s: 2, eta: 2}", "HyperbandPruner { MinimumEpochs = , MaximumEpochs = 27, Bands = 2, Eta = 2, Strict = True }")]
    [InlineData("{type: asha}", "AshaPruner { MinimumEpochs = , Eta = 3 }")]
    [InlineData("{type: asha, min_iter: 2, eta: 4}", "AshaPruner { MinimumEpochs = 2, Eta = 4 }")]
    [InlineData("{type: epoch}", "EpochPruner { Epochs = 1, Keep = 3 }")]
    [InlineData("{type: epoch, epochs: 2, keep: 5}", "EpochPruner { Epochs = 2, Keep = 5 }")]
    [InlineData("null", null)]
    public void Early_termination_becomes_its_pruner(string text, string? pruner) =>
        Assert.Equal(pruner, Parse($"method: grid\nearly_terminate: {text}\nparameters: {{dropout: {{values: [0.1, 0.2]}}}}\n").Pruner?.ToString());

    [Theory]
    [InlineData("hyperband", "early_terminate with type, min_iter")]
    [InlineData("{min_iter: 3}", "early_terminate with type: one of hyperband, asha, epoch")]
    [InlineData("{type: hyprband, min_iter: 3}", "did you mean hyperband?")]
    [InlineData("{type: [asha]}", "one of hyperband, asha, epoch for type")]
    [InlineData("{type: hyperband}", "min_iter, or max_iter and s, with hyperband")]
    [InlineData("{type: hyperband, max_iter: 27}", "s with max_iter")]
    [InlineData("{type: hyperband, min_iter: 0}", "a whole number of at least 1 and at most 100000 for min_iter")]
    [InlineData("{type: hyperband, min_iter: 1, strict: maybe}", "true or false for strict")]
    [InlineData("{type: hyperband, min_iter: 1, eta: 1}", "eta above 1")]
    [InlineData("{type: asha, eta: .nan}", "a number for eta")]
    [InlineData("{type: asha, max_iter: 9}", "only type, min_iter, eta with asha")]
    [InlineData("{type: epoch, keep: 0}", "a whole number of at least 1 for keep")]
    [InlineData("{type: epoch, epoch: 1}", "did you mean epochs?")]
    public void Each_mistake_of_early_termination_is_named(string text, string expected) => Assert.Contains(
        expected, Assert.Single(Refused($"method: grid\nearly_terminate: {text}\nparameters: {{dropout: {{values: [0.1, 0.2]}}}}\n")).Expected);

    [Theory]
    [InlineData("learning_rate: {min: 0.1, max: 0.5}")]
    [InlineData("learning_rate: {distribution: log_uniform_values, min: 0.1, max: 0.5}")]
    [InlineData("optimizer: {values: [adam, sgd], probabilities: [0.5, 0.5]}")]
    [InlineData("augmentation.mixup: {distribution: q_beta}")]
    public void A_grid_has_no_points_on_a_continuous_parameter(string parameter) =>
        Assert.Contains("a grid has only these", Assert.Single(Refused($"method: grid\nparameters:\n  {parameter}\n")).Expected);

    [Fact]
    public void A_grid_takes_no_more_values_than_anybody_would_list() =>
        Assert.Equal("1001", Assert.Single(Refused("method: grid\nparameters: {data.limit_train: {value: 9}, epochs: {min: 1, max: 1001}}\n")).Found);

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("- method: grid\n")]
    [InlineData("method\n")]
    [InlineData("method: grid\n")]
    [InlineData("method: grid\nparameters: [dropout]\n")]
    [InlineData("method: grid\nparameters: {}\n")]
    [InlineData("method: grid\nparameters: {dropout: {value: 0.1}}\n")]
    [InlineData("method: grid\nparameters: {dropout: {values: [0.1, 0.2]}\n")]
    [InlineData("method: grid\nparameters:\n\t- x\n")]
    [InlineData("method: grid\nmethod: random\n")]
    [InlineData("a: &x 1\nb: *x\n")]
    public void What_is_no_sweep_is_refused(string text) => Assert.NotEmpty(Refused(text));

    [Fact]
    public void All_mistakes_are_reported_at_once()
    {
        var problems = Refused("""
            method: bayess
            metric: {name: acc, goal: down}
            program: train.py
            parameters:
              learning_rate: {distribution: log_uniform, min: -9, max: -2}
              batch_size: {values: [64, many]}
              dropot: {value: 0.1}
              training.threads: {values: [1, 2]}
            early: true
            weft: {seed: one}
            """);

        Assert.Equal([9, 1, 2, 5, 6, 7, 8, 10], problems.Select(problem => int.Parse(problem.Where["here.yaml:".Length..])));
        Assert.Contains("min: 0.0001234, max: 0.1353", problems[3].Expected);
    }

    [Fact]
    public void What_nothing_here_acts_on_is_one_note()
    {
        var definition = Parse("""
            program: train.py
            method: bayes
            project: p
            entity: me
            run_cap: 3
            metric: {name: val_loss, impute: latest, impute_while_running: worst}
            parameters: {momentum: {min: 0, max: 0}, dropout: {values: [0.1, 0.2]}}
            command: ["${env}", python3, {macro: "${program}"}]
            """.Replace("momentum", "optimizer.weight_decay"));

        Assert.Equal(3, definition.Notes.Count);
        Assert.Equal("not used here: program, project, entity, command", definition.Notes[0]);
        Assert.StartsWith("not used here: metric.impute, metric.impute_while_running", definition.Notes[1]);
        Assert.Contains("optimizer.weight_decay: min and max are whole numbers", definition.Notes[2]);
    }

    [Theory]
    [InlineData("val_loss", "validation_loss")]
    [InlineData("val/loss", "validation_loss")]
    [InlineData("Validation Loss", "validation_loss")]
    [InlineData("valid_acc", "validation_accuracy")]
    [InlineData("val-accuracy", "validation_accuracy")]
    [InlineData("validation_accuracy", "validation_accuracy")]
    [InlineData("macro_f1", "macro_f1")]
    [InlineData("val_macro_f1", "macro_f1")]
    public void Usual_names_of_metrics_are_understood(string name, string metric) =>
        Assert.Equal(metric, Parse($"method: grid\nmetric: {{name: {name}}}\nparameters: {{dropout: {{values: [0.1, 0.2]}}}}\n").Metric.Name);

    [Fact]
    public void Everything_that_is_ours_is_read()
    {
        var definition = Parse("""
            name: wide
            description: "two\nlines"
            method: sobol
            metric: {name: val_acc, goal: maximize, target: 0.93}
            run_cap: 40
            parameters: {width: {min: 0.5, max: 2.0}}
            weft: {seed: 7, parallel: 8, keep_best: 3, retries: 2, recipe: cnn5, fidelity: prefix}
            """);

        Assert.Equal(("wide", "two\nlines", SweepMethod.Sobol), (definition.Name, definition.Description, definition.Method));
        Assert.Equal((0.93, 40), (definition.Target, definition.RunCap));
        Assert.Equal((7, 8, 3, 2, "cnn5"), (definition.Seed, definition.Parallel, definition.KeepBest, definition.Retries, definition.Recipe));
        Assert.Equal((new ValidationAccuracyMetric(), SweepFidelity.Prefix), (definition.Metric, definition.Fidelity));
        Assert.Empty(definition.Notes);
    }

    [Fact]
    public void Without_anything_of_ours_it_has_its_defaults()
    {
        var definition = Parse("method: grid\nparameters: {dropout: {values: [0.1, 0.2]}}\n");

        Assert.Equal((1, 3, SweepFidelity.Prefix), (definition.Seed, definition.Retries, definition.Fidelity));
        Assert.Equal(default, (definition.Name, definition.Recipe, definition.Pruner));
        Assert.Equal(default, (definition.RunCap, definition.Parallel, definition.KeepBest, definition.Target));
        Assert.Equal(new ValidationLossMetric(), definition.Metric);
    }

    [Fact]
    public void A_model_file_lies_beside_the_sweep_file()
    {
        File.WriteAllText(_folder.In("s.yaml"), "method: grid\nparameters: {model.name: {values: [net.yaml, cnn5]}, epochs: {value: 2}}\n");

        var parameter = Assert.IsType<CategoricalParameter>(Assert.Single(SweepFile.Read(_folder.In("s.yaml")).Space.Parameters));

        Assert.Equal([_folder.In("net.yaml"), "cnn5"], parameter.Choices);
    }

    [Fact]
    public void A_file_that_is_not_there_is_refused_by_name()
    {
        var error = Assert.Throws<WeftException>(() => SweepFile.Read(_folder.In("none.yaml")));

        Assert.Equal((ErrorKind.InvalidInput, _folder.In("none.yaml")), (error.Kind, error.Where));
    }

    private static SweepDefinition Parse(string text) => SweepFile.Parse(text, "here.yaml");

    private static IReadOnlyList<Problem> Refused(string text)
    {
        var error = Assert.Throws<WeftException>(() => Parse(text));
        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.All(error.Problems, problem => Assert.True(problem.Where.Length > 0 && problem.Expected.Length > 0 && problem.Found.Length > 0));
        return error.Problems;
    }
}
