namespace Weft.Training.Tests.Sweeps;

/// <summary>The configurations of trials, and what is found out about them before the first one.</summary>
public sealed class SweepFileCheckTests
{
    private const string Optimizers = """
        method: random
        run_cap: 10
        parameters:
          model.name: {value: cnn5}
          optimizer: {values: [adam, sgd]}
          optimizer.momentum: {min: 0.5, max: 0.9}
          learning_rate: {distribution: log_uniform_values, min: 0.001, max: 0.1}
        """;

    [Fact]
    public void A_trial_is_the_recipe_with_constants_and_settings()
    {
        var sweep = Parse(Optimizers);

        var trial = SweepFile.Configuration(sweep, ["0.02", "0.7", "sgd"]);

        Assert.Equal("plain/cnn5", trial.RecipeName);
        Assert.Equal(("cnn5", new ValidationLossMetric()), (trial.Value.Model.Name, trial.Value.Checkpoint.BestMetric));
        var sgd = Assert.IsType<SgdOptions>(trial.Value.Optimizer);
        Assert.Equal((0.02, 0.7), (sgd.LearningRate, sgd.Momentum));
        Assert.Equal(["sweep", "sweep", "here.yaml:4"], new[] { "optimizer.momentum", "optimizer.name", "model.name" }.Select(trial.Origin));
    }

    [Fact]
    public void A_setting_that_another_optimizer_has_is_left_out()
    {
        var trial = SweepFile.Configuration(Parse(Optimizers), ["0.02", "0.7", "adam"]);

        Assert.Equal(0.02, Assert.IsType<AdamOptions>(trial.Value.Optimizer).LearningRate);
        Assert.Equal("default", trial.Origin("optimizer.momentum"));
    }

    [Fact]
    public void Trial_0_is_the_recipe_with_the_constants()
    {
        var (sweep, recipe) = (Parse(Optimizers), ConfigurationResolver.Resolve(new ConfigurationSources { Recipe = "plain/cnn5" }).Value);

        var trial = SweepFile.Configuration(sweep, null);

        Assert.Equal(recipe with { Checkpoint = recipe.Checkpoint with { BestMetric = new ValidationLossMetric() } }, trial.Value);
        Assert.Equal(SweepFile.Settings(sweep, trial)[0], OptionKey.Write(Assert.IsType<AdamWOptions>(recipe.Optimizer).LearningRate));
        Assert.Equal(["0.9", "adamw"], SweepFile.Settings(sweep, trial).Skip(1)); // the momentum where nobody set one
    }

    [Fact]
    public void Settings_of_a_configuration_are_those_that_made_it() =>
        Assert.Equal(["0.02", "0.7", "sgd"], SweepFile.Settings(Parse(Optimizers), SweepFile.Configuration(Parse(Optimizers), ["0.02", "0.7", "sgd"])));

    [Fact]
    public void The_recipe_is_one_for_all_networks_that_are_searched()
    {
        var sweep = Parse("method: grid\nparameters: {model.name: {values: [cnn4, cnn5]}}\n");

        Assert.Equal(["tuned/default", "tuned/default"], new[] { "cnn4", "cnn5" }.Select(model => SweepFile.Configuration(sweep, [model]).RecipeName));
        Assert.Equal("tuned/cnn5", SweepFile.Configuration(sweep with { Recipe = "cnn5" }, ["cnn4"]).RecipeName);
        Assert.Null(SweepFile.Configuration(sweep with { Recipe = "none" }, ["cnn4"]).RecipeName);
    }

    [Fact]
    public void The_file_may_name_another_metric_for_the_best_epoch()
    {
        var sweep = Parse("""
            method: grid
            metric: {name: val_acc}
            parameters: {checkpoint.best_metric: {value: macro_f1}, dropout: {values: [0.1, 0.2]}}
            """);

        Assert.Equal(new MacroF1Metric(), SweepFile.Configuration(sweep, ["0.1"]).Value.Checkpoint.BestMetric);
        Assert.Equal(new ValidationAccuracyMetric(), SweepFile.Configuration(sweep with { Constants = [] }, ["0.1"]).Value.Checkpoint.BestMetric);
    }

    [Fact]
    public void Who_runs_the_sweep_has_the_last_word()
    {
        var sweep = Parse("method: grid\nparameters: {dropout: {values: [0.1, 0.2]}, data.folder: {value: there}}\n");

        var trial = SweepFile.Configuration(sweep, ["0.1"], [new("data.folder", "here", "--data"), new("training.threads", "1", "--threads")]);

        Assert.Equal(("here", 1, 0.1), (trial.Value.Data.Folder, trial.Value.Training.Threads, trial.Value.Model.Options.Dropout));
    }

    [Fact]
    public void A_preset_that_is_searched_leaves_what_is_set_beside_it()
    {
        var sweep = Parse("""
            method: grid
            parameters:
              augmentation.preset: {values: [object, photo]}
              augmentation.rotation: {value: 3}
            """);

        var trial = SweepFile.Configuration(sweep, ["object"]).Value;

        Assert.Equal(["3", "0.5"], new[] { "augmentation.rotation", "augmentation.random_resized_crop" }
            .Select(key => ConfigurationTable.Find(key, trial)!.Read(trial)));
    }

    [Fact]
    public void What_goes_together_passes() => SweepFile.Check(Parse(Optimizers));

    [Fact]
    public void Two_choices_that_do_not_go_together_are_found_with_both()
    {
        var problem = Assert.Single(Refused("""
            method: grid
            parameters:
              optimizer: {value: sgd}
              optimizer.momentum: {values: [0, 0.9]}
              optimizer.nesterov: {values: [true, false]}
            """));

        Assert.StartsWith("optimizer.nesterov", problem.Where);
        Assert.EndsWith(" with optimizer.momentum=0, optimizer.nesterov=true", problem.Found);
    }

    [Fact]
    public void Two_ends_that_do_not_go_together_are_found_among_the_corners()
    {
        var problem = Assert.Single(Refused("""
            method: random
            run_cap: 5
            parameters:
              augmentation.random_erasing: {value: 0.5}
              augmentation.random_erasing_minimum_area: {min: 0.01, max: 0.3}
              augmentation.random_erasing_maximum_area: {min: 0.2, max: 0.5}
            """));

        Assert.Contains("augmentation.random_erasing_maximum_area", problem.Where);
        Assert.Contains(" with augmentation.random_erasing_maximum_area=0.", problem.Found);
        Assert.Contains(", augmentation.random_erasing_minimum_area=0.", problem.Found);
    }

    [Fact]
    public void What_only_the_middle_of_a_grid_has_is_found()
    {
        var problem = Assert.Single(Refused("""
            method: grid
            parameters:
              early_stopping.patience: {value: 2}
              early_stopping.start_epoch: {min: 4, max: 6}
              training.epochs: {values: [9, 5, 8]}
            """));

        Assert.EndsWith("early_stopping.start_epoch=6, training.epochs=5", problem.Found);
    }

    [Fact]
    public void Constants_that_do_not_go_together_are_found_at_trial_0() => Assert.EndsWith("without any settings", Assert.Single(Refused("""
        method: grid
        parameters:
          optimizer.sam_last_epochs: {value: 2}
          dropout: {values: [0.1, 0.2]}
        """)).Found);

    [Fact]
    public void A_key_that_no_trial_has_is_found() => Assert.Equal(
        [
            ("here.yaml:4", "schedule.name to be reduce_on_plateau in some trial, for schedule.patience"),
            ("optimizer.momentum", "optimizer.name to be rmsprop or sgd in some trial, for optimizer.momentum"),
        ],
        Refused("""
            method: grid
            parameters:
              optimizer: {values: [adam, lion]}
              schedule.patience: {value: 2}
              optimizer.momentum: {values: [0, 0.9]}
            """).Select(problem => (problem.Where, problem.Expected)));

    private static SweepDefinition Parse(string text) => SweepFile.Parse(text, "here.yaml");

    private static IReadOnlyList<Problem> Refused(string text) => Assert.Throws<WeftException>(() => SweepFile.Check(Parse(text))).Problems;
}
