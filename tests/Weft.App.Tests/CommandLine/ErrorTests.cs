using System.Text.Json;
using Weft.Training;

namespace Weft.App.Tests;

public class ErrorTests
{
    [Theory]
    [InlineData("unknown-command", "confg")]
    [InlineData("unknown-option", "config show --epoch 3")]
    [InlineData("option-that-is-a-key", "config show --rotation 10")]
    [InlineData("option-that-is-two-keys", "config show --minimum-change=0.1")]
    [InlineData("option-without-value", "config show --epochs")]
    [InlineData("option-twice", "config show --epochs 3 --epochs 4")]
    [InlineData("verb-missing", "config")]
    [InlineData("argument-too-many", "config show cnn5")]
    [InlineData("unknown-key", "config show --set trainng.epochs=3")]
    [InlineData("values-out-of-range", "config show --epochs -1 --threads 1000 --set optimizer.momentum=nan")]
    [InlineData("unknown-model-of-bench", "bench train --model cn5")]
    [InlineData("absurd-seconds", "bench infer --seconds 1e9")]
    public void Usage_errors_have_the_contracts_form_and_exit_2(string name, string line)
    {
        var (code, screen) = FakeScreen.Run(line.Split(' '));
        Assert.Equal(2, code);
        Assert.Empty(screen.Output);
        Assert.StartsWith("error[2 usage]: ", screen.Error);
        Approval.Of("error-" + name, $"weft {line}\n{screen.Error}");
    }

    [Fact]
    public void With_json_the_error_is_one_object_alone_on_standard_output()
    {
        var (code, screen) = FakeScreen.Run("bench", "train", "--model", "cn5", "--json");
        using var json = JsonDocument.Parse(Assert.Single(screen.OutputLines));
        var error = json.RootElement.GetProperty("error");
        Assert.Equal((2, 2, "usage"), (code, error.GetProperty("code").GetInt32(), error.GetProperty("name").GetString()));
        Assert.StartsWith("error[2 usage]: ", screen.Error);
    }

    [Fact]
    public void All_parts_are_printed_in_order_and_escaped()
    {
        var lines = ErrorPrinter.Lines(new WeftException(ErrorKind.DatasetDamaged, "labels.gz is cut \e[1m")
        {
            Where = "byte 12", Expected = "60,000 labels", Found = "59,999", Safe = "your runs", Next = new GetDataset("tiny", Replace: false),
        });
        Assert.Equal(
        [
            "error[11 dataset-damaged]: labels.gz is cut \\u001B[1m", "  where     byte 12",
            "  expected  60,000 labels", "  found     59,999", "  safe      your runs",
            "  do        weft data get tiny",
        ], lines);
    }

    [Fact]
    public void A_bug_of_ours_leaves_a_report_and_no_stack_trace()
    {
        var error = CrashReport.Write(new InvalidOperationException("the moon is full"), ["train", "--epochs", "3"]);
        var path = error.Where!["crash report ".Length..];
        try
        {
            Assert.Equal((ErrorKind.Bug, "InvalidOperationException: the moon is full"), (error.Kind, error.What));
            Assert.Contains("weft train --epochs 3", File.ReadAllText(path));
            Assert.DoesNotContain(ErrorPrinter.Lines(error), line => line.Contains("   at "));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The contract's numbers; a kind without one does not compile.</summary>
    [Fact]
    public void Every_kind_of_error_has_an_exit_code_of_its_own()
    {
        var codes = Enum.GetValues<ErrorKind>().Select(kind => (int)ExitCodes.For(kind));
        Assert.Equal([1, 2, 10, 11, 12, 13, 20, 22, 23, 30, 31, 32, 33, 40, 41, 42, 50, 51, 62, 61], codes);
    }

    [Fact]
    public void Every_exit_code_has_a_name_in_kebab_case() =>
        Assert.All(Enum.GetValues<ExitCode>(), code => Assert.Matches("^[a-z]+(-[a-z]+)*$", code.Name()));
}
