using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Weft.Training.Tests.Sweeps;

/// <summary>Sweep files of the shapes that W&amp;B's documentation shows: which run here, and by which keys the others are refused.</summary>
public sealed partial class SweepFileExampleTests
{
    [Fact]
    public void Random_search_over_a_few_values_runs()
    {
        var sweep = Parse("""
            program: train.py
            name: sweep-demo
            method: random
            run_cap: 20
            metric:
              goal: minimize
              name: validation_loss
            parameters:
              batch_size:
                values: [16, 32, 64]
              epochs:
                values: [5, 10, 15]
              learning_rate:
                max: 0.1
                min: 0.0001
            """);

        Assert.Equal(("sweep-demo", SweepMethod.Random, 20), (sweep.Name, sweep.Method, sweep.RunCap));
        Assert.Equal(["optimizer.learning_rate", "training.batch_size", "training.epochs"], Keys(sweep));
        Assert.Equal(["not used here: program"], sweep.Notes);
        SweepFile.Check(sweep);
    }

    [Fact]
    public void A_function_of_x_and_y_is_no_classifier()
    {
        var problems = Refused("""
            method: random
            metric: {goal: minimize, name: score}
            parameters:
              x: {max: 0.1, min: 0.01}
              y: {values: [1, 3, 7]}
            """);

        Assert.Equal(["'score'", "no run_cap", "unknown key x", "unknown key y"], problems.Select(problem => problem.Found).Order());
    }

    [Fact]
    public void The_tutorial_names_what_does_not_fit_and_only_that()
    {
        var problems = Refused("""
            method: random
            run_cap: 5
            metric: {name: loss, goal: minimize}
            parameters:
              optimizer: {values: [adam, sgd]}
              fc_layer_size: {values: [128, 256, 512]}
              dropout: {values: [0.3, 0.4, 0.5]}
              epochs: {value: 1}
              learning_rate: {distribution: uniform, min: 0, max: 0.1}
              batch_size: {distribution: q_log_uniform_values, q: 8, min: 32, max: 256}
            """);

        Assert.Equal(["here.yaml:3", "here.yaml:6", "here.yaml:9"], problems.Select(problem => problem.Where));
        Assert.Contains("validation_loss", problems[0].Expected);
        Assert.Equal("unknown key fc_layer_size", problems[1].Found);
        Assert.Contains("a number in (0, 100]", problems[2].Expected);
    }

    [Fact]
    public void A_grid_over_optimizers_runs()
    {
        var sweep = Parse("""
            method: grid
            metric: {name: val_accuracy, goal: maximize}
            parameters:
              optimizer: {values: ["adam", "sgd", "rmsprop"]}
              optimizer.momentum: {value: 0.9}
              learning_rate: {values: [0.1, 0.01, 0.001]}
              epochs: {value: 3}
            """);

        Assert.Equal(["optimizer.learning_rate", "optimizer.name"], Keys(sweep));
        Assert.Equal(["optimizer.momentum=0.9", "training.epochs=3"], sweep.Constants.Select(value => $"{value.Key}={value.Text}"));
        SweepFile.Check(sweep);
    }

    [Fact]
    public void Bayes_with_hyperband_runs_once_it_has_an_end()
    {
        const string text = """
            program: train.py
            method: bayes
            metric:
              name: val_loss
              goal: minimize
            parameters:
              learning_rate:
                min: 0.001
                max: 0.1
              optimizer:
                values: ["adam", "sgd"]
            early_terminate:
              type: hyperband
              min_iter: 3
            """;

        Assert.Equal("no run_cap", Assert.Single(Refused(text)).Found);
        var sweep = Parse(text + "\nrun_cap: 30\n");
        Assert.Equal(new HyperbandPruner(3), sweep.Pruner);
        SweepFile.Check(sweep);
    }

    [Fact]
    public void Hyperband_from_above_has_its_bands() => Assert.Equal(new HyperbandPruner(null, 27, 2, 3, false), Parse("""
        method: grid
        parameters: {dropout: {values: [0.1, 0.2]}}
        early_terminate: {type: hyperband, s: 2, eta: 3, max_iter: 27, strict: False}
        """).Pruner);

    [Fact]
    public void Nested_parameters_are_joined_by_dots()
    {
        var sweep = Parse("""
            method: random
            run_cap: 10
            metric: {name: val_loss, goal: minimize}
            parameters:
              optimizer:
                parameters:
                  name: {value: sgd}
                  learning_rate: {values: [0.01, 0.001]}
                  momentum: {min: 0.5, max: 0.95}
              model:
                parameters:
                  dropout: {distribution: q_uniform, min: 0.0, max: 0.5, q: 0.1}
            """);

        Assert.Equal(["model.dropout", "optimizer.learning_rate", "optimizer.momentum"], Keys(sweep));
        SweepFile.Check(sweep);
    }

    [Fact]
    public void Parameters_under_a_name_of_the_user_are_refused_by_their_whole_names() => Assert.Equal(
        [
            ("here.yaml:6", "unknown key nested_param.learning_rate", "did you mean optimizer.learning_rate?"),
            ("here.yaml:7", "unknown key nested_param.double.x", "a key of the configuration"),
        ],
        Refused("""
            method: grid
            parameters:
              top_level_param: {value: 0}
              nested_param:
                parameters:
                  learning_rate: {value: 0.01}
                  double: {parameters: {x: {value: 0.9}}}
            """).Skip(1).Select(problem => (problem.Where, problem.Found, problem.Expected)));

    [Fact]
    public void Distributions_with_steps_and_tails_run()
    {
        var sweep = Parse("""
            method: bayes
            run_cap: 10
            parameters:
              optimizer.learning_rate: {distribution: log_normal, mu: -6.0, sigma: 0.5}
              augmentation.brightness: {distribution: normal, mu: 1.0, sigma: 0.2}
              augmentation.rotation: {distribution: q_normal, mu: 20, sigma: 3, q: 5}
              augmentation.mixup: {distribution: beta, a: 2, b: 5}
              training.epochs: {distribution: q_uniform, min: 4, max: 12, q: 4}
            """);

        Assert.Equal(5, sweep.Space.Parameters.Count);
        SweepFile.Check(sweep);
    }

    [Fact]
    public void Exponents_are_refused_with_the_values_that_they_mean()
    {
        var problem = Assert.Single(Refused("""
            method: bayes
            run_cap: 10
            parameters:
              learning_rate: {distribution: log_uniform, min: -9.21, max: -2.3}
            """));

        Assert.Equal("log_uniform", problem.Found);
        Assert.Contains("log_uniform_values for learning_rate", problem.Expected);
        Assert.Contains("min: 0.0001, max: 0.1003", problem.Expected);
    }

    [Fact]
    public void Commands_with_macros_and_keys_of_the_launcher_are_a_note() => Assert.Equal(
        ["not used here: program, project, entity, command, job, scheduler, image_uri, kind, apiVersion, controller"],
        Parse("""
            program: train.py
            project: fashion
            entity: somebody
            method: grid
            parameters:
              weight_decay: {values: [0.0, 0.01]}
            command:
              - ${env}
              - ${interpreter}
              - ${program}
              - "--data"
              - ${args_no_hyphens}
            job: org/project/job:latest
            scheduler: {resource: local-process, num_workers: 2}
            image_uri: null
            kind: sweep
            apiVersion: v1
            controller: {type: local}
            """).Notes);

    [Fact]
    public void Json_is_yaml() => Assert.Equal(["optimizer.learning_rate", "training.batch_size"], Keys(Parse("""
        {
          "method": "random",
          "run_cap": 4,
          "metric": {"name": "val_acc", "goal": "maximize"},
          "parameters": {
            "learning_rate": {"distribution": "log_uniform_values", "min": 1e-4, "max": 0.1},
            "batch_size": {"values": [64, 128]}
          }
        }
        """)));

    [Fact]
    public void Several_metrics_are_refused() => Assert.Equal("metrics", Assert.Single(Refused("""
        method: grid
        metrics:
          - {name: val_loss, goal: minimize}
          - {name: val_acc, goal: maximize}
        parameters: {dropout: {values: [0.1, 0.2]}}
        """)).Found);

    [Fact]
    public void A_population_that_evolves_is_refused_by_its_name() => Assert.Equal("'evolution'", Assert.Single(Refused("""
        method: evolution
        run_cap: 5
        parameters: {dropout: {values: [0.1, 0.2]}}
        """)).Found);

    [Fact]
    public void The_examples_of_the_documentation_run()
    {
        var document = File.ReadAllText(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "docs", "sweeps.md"));
        var examples = CodeBlock().Matches(document).Select(block => block.Groups[1].Value).ToList();

        Assert.Equal(3, examples.Count);
        Assert.All(examples, text => SweepFile.Check(Parse(text)));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex("```(?:yaml|json)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    private static SweepDefinition Parse(string text) => SweepFile.Parse(text, "here.yaml");

    private static IEnumerable<string> Keys(SweepDefinition sweep) => sweep.Space.Parameters.Select(parameter => parameter.Key);

    private static IReadOnlyList<Problem> Refused(string text) => Assert.Throws<WeftException>(() => Parse(text)).Problems;
}
