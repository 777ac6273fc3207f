using System.CommandLine;
using Weft.Training;

namespace Weft.App;

/// <summary><c>--tta</c>, <c>--tta-shift</c> and <c>--no-tta</c>: the views each image is looked at in, where they are not to be the run's.</summary>
internal sealed class ViewOptions
{
    private readonly Option<bool> _tta = new("--tta") { Description = "Mean over each image and its mirror image. Default: as the run's evaluation.tta says." };
    private readonly WholeNumber _ttaShift = new("--tta-shift", "Mean also over the image moved by up to N pixels each way; 1 is nine places.", 0,
        TestTimeAugmentation.LargestShift, 0, "as the run's evaluation.tta_shift says");
    private readonly Option<bool> _noTta = new("--no-tta") { Description = "Each image alone, whatever the run's evaluation section says." };

    public IReadOnlyList<Option> All => [_tta, _ttaShift, _noTta];

    /// <exception cref="WeftException">Exit 2: the options contradict each other, or a number is out of its range.</exception>
    public ViewChoice Of(ParseResult parse)
    {
        var (mirrored, shift) = (parse.GetValue(_tta), _ttaShift.Given(parse));
        if (!parse.GetValue(_noTta))
            return new ViewChoice(mirrored, shift, IsNone: false);
        if (mirrored || shift > 0)
        {
            throw new WeftException(ErrorKind.InvalidInput, "--no-tta contradicts what stands beside it")
            {
                Where = "--no-tta", Expected = "--no-tta alone, or --tta and --tta-shift", Safe = "nothing was touched",
            };
        }

        return new ViewChoice(Mirrored: false, Shift: null, IsNone: true);
    }
}

/// <summary>What a person said about views; the rest is the run's.</summary>
internal sealed record ViewChoice(bool Mirrored, int? Shift, bool IsNone)
{
    /// <param name="run">The run's own views.</param>
    public TestTimeAugmentation Over(TestTimeAugmentation run) => IsNone ? TestTimeAugmentation.None
        : new TestTimeAugmentation(Mirrored || run.Mirrored, Shift ?? run.Shift);
}
