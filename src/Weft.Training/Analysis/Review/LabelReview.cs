using System.Globalization;

namespace Weft.Training;

/// <summary>
/// A person's judgement of suspect labels, one by one. Each decision is a row of the corrections file before it is answered, so nothing is lost whatever is
/// closed, and who opens the file again goes on where it stopped. Several threads may ask at once.
/// </summary>
internal sealed class LabelReview
{
    /// <summary>The reason of a row that takes an earlier one back.</summary>
    public const string Undone = "undone";

    private const string Reason = "reviewed";

    private readonly Lock _lock = new();
    private readonly ImageDataset _data;
    private readonly Dictionary<int, LabelCorrection> _last;
    private readonly Stack<(int Number, LabelCorrection? Before)> _made = new();
    private readonly string _by;
    private readonly TimeProvider _clock;

    /// <param name="data">As the labels are now.</param>
    /// <param name="corrections">The file that decisions are added to; it need not be there.</param>
    /// <param name="by">Who decides.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: the file is no file of corrections of these data.</exception>
    public LabelReview(ImageDataset data, IReadOnlyList<ReviewItem> items, string corrections, string by, TimeProvider? clock = null)
    {
        (_data, Items, File, _by, _clock) = (data, items, Path.GetFullPath(corrections), by, clock ?? TimeProvider.System);
        _last = PathKinds.Of(File, followLinks: true) == PathKind.Absent ? []
            : new(LabelCorrections.Read(File).LastOf(data.Uncorrected ?? data).Where(pair => pair.Value.Reason != Undone));
    }

    public IReadOnlyList<ReviewItem> Items { get; }

    public IReadOnlyList<string> Classes => _data.ClassNames;

    /// <summary>The path of the corrections file.</summary>
    public string File { get; }

    /// <summary>How many of the items are decided.</summary>
    public int Decided
    {
        get
        {
            lock (_lock)
                return Items.Count(item => _last.ContainsKey(item.Index));
        }
    }

    /// <summary>The samples, with their pixels.</summary>
    public ImageSamples Samples => _data.Train;

    /// <summary>What was decided about an item; null where nothing was.</summary>
    public LabelCorrection? DecisionOf(int number)
    {
        lock (_lock)
            return _last.GetValueOrDefault(Items[number].Index);
    }

    /// <summary>The first item from a place on, and then from the start, that is not decided; null where all are.</summary>
    public int? NextOpen(int from)
    {
        lock (_lock)
            return Enumerable.Range(0, Items.Count).Select(step => (from + step) % Items.Count).Cast<int?>()
                .FirstOrDefault(number => !_last.ContainsKey(Items[number!.Value].Index));
    }

    /// <summary>Writes down what an item is.</summary>
    /// <param name="to">A class, nothing to leave it out, or <see cref="LabelCorrection.Ambiguous"/>.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: it cannot be written.</exception>
    public void Decide(int number, string to)
    {
        lock (_lock)
        {
            var before = _last.GetValueOrDefault(Items[number].Index);
            _last[Items[number].Index] = Write(number, to, Reason);
            _made.Push((number, before));
        }
    }

    /// <summary>Takes back the last decision of this sitting, by a row that says what was there before.</summary>
    /// <returns>The item; null where there is none to take back.</returns>
    /// <inheritdoc cref="Decide"/>
    public int? Undo()
    {
        lock (_lock)
        {
            if (!_made.TryPeek(out var made))
                return null;
            var item = Items[made.Number];
            if (made.Before is { } before)
                _last[item.Index] = Write(made.Number, before.To, before.Reason);
            else
            {
                Write(made.Number, GivenClass(item), Undone);
                _last.Remove(item.Index);
            }

            return _made.Pop().Number;
        }
    }

    private string GivenClass(ReviewItem item) => _data.ClassNames[_data.Train.GivenLabels.Span[item.Index]];

    private LabelCorrection Write(int number, string to, string reason)
    {
        var item = Items[number];
        var row = new LabelCorrection(item.Path, _data.Train.Origins is { } origins ? origins.Hashes.Value[item.Index] : "", GivenClass(item), to)
        {
            Reason = reason, By = _by, Date = _clock.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        };
        LabelCorrections.Append(File, row);
        return row;
    }
}
