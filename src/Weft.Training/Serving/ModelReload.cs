namespace Weft.Training;

/// <summary>Looks at a model's file by its size and time, and gives a new one to the pool. What cannot be read leaves the old one in its place.</summary>
internal sealed class ModelReload : IDisposable
{
    private readonly ITimer _timer;
    private readonly TimeSpan _every;
    private readonly ServedFile _source;
    private readonly Func<ModelContent, bool> _take;
    private readonly Action<Exception> _refused;
    private readonly Lock _looking = new();
    private (long, DateTime) _stamp;
    private bool _isOver;

    /// <param name="stamp">That of the file that is in use.</param>
    /// <param name="take">Gets each new model.</param>
    /// <param name="refused">Told why one was not taken.</param>
    public ModelReload(
        ServedFile source, (long, DateTime) stamp, TimeSpan every, TimeProvider clock, Func<ModelContent, bool> take, Action<Exception> refused)
    {
        (_source, _stamp, _every, _take, _refused) = (source, stamp, every, take, refused);
        _timer = clock.CreateTimer(_ => Look(), null, every, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        lock (_looking)
            _isOver = true;
        _timer.Dispose();
    }

    private void Look()
    {
        lock (_looking)
        {
            if (_isOver)
                return;
            var stamp = _source.Stamp;
            if (stamp != default && stamp != _stamp)
            {
                _stamp = stamp;
                Take();
            }

            _timer.Change(_every, Timeout.InfiniteTimeSpan);
        }
    }

    private void Take()
    {
        try
        {
            _take(_source.Read());
        }
#pragma warning disable CA1031 // a timer has nobody to throw at, and the old model goes on
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _refused(failure);
        }
    }
}
