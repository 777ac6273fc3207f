namespace Weft.Training;

/// <summary>
/// The bytes of a training's newest checkpoint, in memory that is taken before the first step and used again for every save: the process does not grow when it
/// saves.
/// </summary>
internal sealed class CheckpointMemory(Network network, Optimizer optimizer, WeightAverage? average)
{
    private byte[] _memory = [];
    private TrainingPosition? _position;
    private ReadOnlyMemory<byte> _bytes;

    /// <summary>The checkpoint of the state as it is now; the bytes hold until the next one is encoded.</summary>
    /// <param name="position">Every step has an object of its own, so the one that was encoded last is not encoded again.</param>
    public ReadOnlyMemory<byte> Encode(TrainingPosition position, ModelMetadata metadata)
    {
        if (ReferenceEquals(position, _position))
            return _bytes;
        _position = null; // until the bytes are whole
        _bytes = CheckpointFile.Encode(CheckpointSource.Of(network, optimizer, position, metadata, average), ref _memory);
        _position = position;
        return _bytes;
    }
}
