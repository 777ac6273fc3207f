namespace Weft.Training;

/// <summary>
/// All trials get the same few epochs, and the best go on when all have had them.
/// </summary>
/// <param name="Epochs">After how many epochs every trial stops.</param>
/// <param name="Keep">How many go on.</param>
/// <remarks>Egele et al., "The unreasonable effectiveness of early discarding after one epoch in neural network hyperparameter optimization", 2024.</remarks>
internal sealed record EpochPruner(int Epochs = 1, int Keep = 3) : Pruner
{
    public override IReadOnlyList<int> Rungs(int epochs) => Epochs < epochs ? [Epochs] : [];

    public override bool GoesOn(int number, int rung, IReadOnlyList<double> values, IReadOnlyList<IReadOnlyList<double>> others) => false;

    /// <summary>The trials that go on: the best, of equal ones those with the lower numbers; none whose value is NaN.</summary>
    /// <param name="trials">Numbers with their values after <see cref="Epochs"/> epochs; smaller is better.</param>
    /// <returns>By number.</returns>
    public IReadOnlyList<int> Best(IEnumerable<(int Number, double Value)> trials) =>
    [
        .. trials.Where(trial => !double.IsNaN(trial.Value)).OrderBy(trial => trial.Value).ThenBy(trial => trial.Number).Take(Keep)
            .Select(trial => trial.Number).Order(),
    ];
}
