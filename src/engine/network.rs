//! Neural networks on one thread of the processor, by `rten`.

use crate::error::{Error, Kind, Result, ResultExt};
use rten::{Model, ModelOptions, RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};
use std::sync::Arc;

/// A loaded network with one input and one output of interest, its first.
pub struct Network {
    model: Model,
    thread: Arc<ThreadPool>,
}

impl Network {
    /// Loads an ONNX file. Its thread is started here, before a reading process gives up starting any.
    ///
    /// # Errors
    /// `Corrupt` when it is no network that can be run.
    pub fn load(bytes: Vec<u8>) -> Result<Self> {
        let model = ModelOptions::with_all_ops()
            .prepack_weights(true)
            .load(bytes)
            .or_error(Kind::Corrupt, || "a model cannot be loaded".to_owned())?;
        Ok(Self { model, thread: Arc::new(ThreadPool::with_num_threads(1)) })
    }

    /// Runs it on values in the order batch, channel, row, column.
    ///
    /// # Errors
    /// `Internal` when the network fails.
    pub fn run(&self, input: NdTensor<f32, 4>) -> Result<Tensor<f32>> {
        let failed = || "a neural network failed".to_owned();
        let mut options = RunOptions::default();
        options.thread_pool = Some(self.thread.clone());
        let (Some(from), Some(to)) = (self.model.input_ids().first(), self.model.output_ids().first()) else {
            return Err(Error::internal("a neural network has no input or output"));
        };
        let [value] = self.model.run_n(vec![(*from, input.view().into())], [*to], Some(options)).or_error(Kind::Internal, failed)?;
        value.try_into().or_error(Kind::Internal, failed)
    }
}
