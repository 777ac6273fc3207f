using System.Text.Json;

namespace Weft.Training;

// A training on several ranks: rank 0 begins or resumes it as any other, owns the run, and gives the others what they need; they have data and a device.
internal sealed partial class TrainingSession
{
    /// <summary>Takes the other ranks along. On rank 0, for a session that was begun or resumed there.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: there are not enough shards; <see cref="ErrorKind.DatasetMismatch"/>: a rank has other data;
    /// <see cref="ErrorKind.CheckpointMismatch"/>: another program or vector width.
    /// </exception>
    public void Lead(RankGroup ranks)
    {
        RequireShards(Configuration, ranks.Size, IsResumed);
        var start = new RankStart
        {
            Configuration = ConfigurationTable.Of(Configuration).ToDictionary(key => key.Name, key => key.Read(Configuration)),
            SplitRule = Folder is { } folder ? new RunReader(folder).Information.Data.SplitRule : SplitRule.EveryClass,
        };
        var checkpoint = CheckpointMemory.Encode(Start, Metadata);
        ranks.Broadcast(JsonSerializer.SerializeToUtf8Bytes(start, RankJson.Default.RankStart));
        ranks.Broadcast(checkpoint.Span);
        RequireEqual(Facts(ranks));
        ranks.Broadcast(JsonSerializer.SerializeToUtf8Bytes(new RankStart(), RankJson.Default.RankStart));
        Ranks = ranks;
    }

    /// <summary>Tells the other ranks that there is nothing to train. On rank 0, in place of <see cref="Lead"/> or where that failed.</summary>
    public static void Refuse(RankGroup ranks, int exitCode) =>
        ranks.Broadcast(JsonSerializer.SerializeToUtf8Bytes(new RankStart { ExitCode = exitCode }, RankJson.Default.RankStart));

    /// <summary>Goes along with rank 0: the same configuration, weights, optimizer state and position, without a run of its own.</summary>
    /// <param name="open">Opens the data that the configuration names.</param>
    /// <returns>Without a session, and with rank 0's exit code, where rank 0 refuses.</returns>
    public static (TrainingSession? Session, int ExitCode) Follow(
        RankGroup ranks, Func<DataConfiguration, ImageDataset> open, Surroundings? surroundings = null)
    {
        surroundings ??= new Surroundings();
        var start = JsonSerializer.Deserialize(ranks.Broadcast([]), RankJson.Default.RankStart)!;
        if (start.Configuration is null)
            return (null, start.ExitCode);
        var checkpoint = CheckpointFile.Parse(ranks.Broadcast([]), "rank 0");
        var configuration = ConfigurationResolver.Resolve(new ConfigurationSources
        {
            Recipe = "none",
            Overrides = [.. start.Configuration.Select(value => new ConfigurationValue(value.Key, value.Value, "rank 0"))],
        }).Value;
        var data = TrainingData.Prepare(open(configuration.Data), configuration.Data, start.SplitRule);
        if (configuration.Backbone.Weights is not null)
            data = data with { Statistics = checkpoint.Model.Statistics };
        var compiled = CompiledTraining.Of(
            configuration, checkpoint.Model.Description, data.Dataset, surroundings, isNew: false, readsCheckpoint: true);
        try
        {
            checkpoint.ApplyTo(compiled.Network, compiled.Optimizer, compiled.Average);
            var session = new TrainingSession(configuration, data, compiled, null, surroundings) { Start = checkpoint.Position, Ranks = ranks };
            session.Facts(ranks);
            var verdict = JsonSerializer.Deserialize(ranks.Broadcast([]), RankJson.Default.RankStart)!;
            if (verdict.ExitCode == 0)
                return (session, 0);
            compiled.Dispose();
            return (null, verdict.ExitCode);
        }
        catch
        {
            compiled.Dispose();
            throw;
        }
    }

    /// <summary>Refuses more ranks than a batch has shards; for a new run before there is a folder.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>.</exception>
    public static void RequireShards(RunConfiguration configuration, int ranks, bool isResumed = false)
    {
        var shards = configuration.Training.Shards;
        if (ranks <= shards)
            return;
        throw new WeftException(ErrorKind.InvalidInput, $"{ranks} processes cannot share batches of {shards} shard{(shards == 1 ? "" : "s")}")
        {
            Where = "training.shards",
            Expected = $"at least {ranks} shards, a choice of the recipe, or at most {shards} process{(shards == 1 ? "" : "es")}",
            Found = $"training.shards: {shards}",
            Safe = "nothing was trained",
            Next = isResumed
                ? new Advice($"resume the run with at most {shards} process{(shards == 1 ? "" : "es")}")
                : new RepeatWith(new ConfigurationValue("training.shards", $"{ranks}", "ranks")),
        };
    }

    // What every rank says of itself.
    private RankFacts[] Facts(RankGroup ranks)
    {
        var facts = new RankFacts(
            Environment.MachineName,
            string.Join(' ', new[] { typeof(Network), typeof(TrainingSession) }.Select(type => type.Module.ModuleVersionId)),
            Data.Dataset.Fingerprint,
            $"{Device.NumericProfile.Kind}, {Device.NumericProfile.VectorBits} bits");
        var mine = JsonSerializer.SerializeToUtf8Bytes(facts, RankJson.Default.RankFacts);
        var lengths = ranks.AllGather(mine.Length);
        var bytes = new byte[lengths.Sum()];
        ranks.AllGather<byte>(mine, bytes, lengths);
        var all = new RankFacts[lengths.Length];
        for (int i = 0, start = 0; i < all.Length; start += lengths[i++])
            all[i] = JsonSerializer.Deserialize(bytes.AsSpan(start, lengths[i]), RankJson.Default.RankFacts)!;
        return all;
    }

    // The bits are the same only where data, program and vectors are.
    private static void RequireEqual(RankFacts[] all)
    {
        Require(all, ErrorKind.DatasetMismatch, "data", fact => fact.Data);
        Require(all, ErrorKind.CheckpointMismatch, "program", fact => fact.Program);
        Require(all, ErrorKind.CheckpointMismatch, "vector width", fact => fact.Vectors);
    }

    private static void Require(RankFacts[] all, ErrorKind kind, string what, Func<RankFacts, string> of)
    {
        var other = Array.FindIndex(all, facts => of(facts) != of(all[0]));
        if (other < 0)
            return;
        throw new WeftException(kind, $"rank {other} has another {what} than rank 0")
        {
            Where = $"rank {other} on {all[other].Machine}",
            Expected = $"{of(all[0])}, as rank 0 on {all[0].Machine} has",
            Found = of(all[other]),
            Safe = "nothing was trained",
            Next = new Advice($"the bits of a training are those of one {what}: give every machine the same"),
        };
    }
}
